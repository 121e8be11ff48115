/** The worker in which a world lives. */

import type { FromWorld, ToWorld } from './world-messages.js';
import { WorldRunner } from './world-runner.js';

const scope = globalThis as unknown as Pick<MessagePort, 'postMessage' | 'onmessage'>;
const runner = new WorldRunner((message) => scope.postMessage(message));
scope.onmessage = ({ data }: MessageEvent<ToWorld>) => runner.receive(data);
// Hello: this worker could be loaded and runs.
scope.postMessage({ type: 'hello' } satisfies FromWorld);
