/** The worker in which a helper lives, in a browser and in Node. */
import { nodeThreads } from './environment.js';
import { helpWorld } from './helper.js';

const port = nodeThreads()?.parentPort;
if (port) port.on('message', helpWorld);
else (globalThis as unknown as Pick<MessagePort, 'onmessage'>).onmessage = ({ data }) => void helpWorld(data);
