/** The worker in which a world lives. */

import { helpWorld } from '../../sim/index.js';
import { holdLife } from './life-lock.js';
import type { FromWorld, ToWorld } from './world-messages.js';
import { WorldRunner } from './world-runner.js';

const scope = globalThis as unknown as Pick<MessagePort, 'postMessage' | 'onmessage'>;
const runner = new WorldRunner((message) => scope.postMessage(message));
scope.onmessage = ({ data }: MessageEvent<ToWorld>) => {
  // To another world's worker it is one that helps.
  if (!helpWorld(data)) runner.receive(data);
};
// Hello: this worker could be loaded and runs.
void holdLife().then((lock) => scope.postMessage({ type: 'hello', lock } satisfies FromWorld));
