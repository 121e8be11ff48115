/** A worker thread that holds a band of a world. */
import { parentPort } from 'node:worker_threads';
import { serveBand } from '../life/bands/port.js';
import { createJsEngine } from '../life/js/engine.js';
import { createWasmEngine } from '../life/wasm/engine.js';

const port = parentPort!;
const scope: Parameters<typeof serveBand>[0] = {
  postMessage: (reply, transfer) => port.postMessage(reply, transfer),
  onmessage: null,
};
// Half of them compute otherwise than the others: they must agree.
let number = 0;
serveBand(scope, (layout) => (number++ % 2 === 0 ? createWasmEngine(layout) : Promise.resolve(createJsEngine(layout))));
port.on('message', (data) => scope.onmessage?.({ data }));
