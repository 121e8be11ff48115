/** `mpl-kit/signals` in Node: the same, over `ws`. The relay is `MPL_SERVER`, or one on this machine. */

import { WebSocket } from 'ws';
import { connectWebSocket, type SocketLike } from '../link/websocket.js';
import { setEnvironment } from './environment.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
/** Node goes on as long as something may still happen; about the longest time a timer can wait, ms. */
const LONG = 2 ** 30;

setEnvironment({
  server: () => globalThis.process?.env.MPL_SERVER || 'http://127.0.0.1:8787',
  connect: (url) => connectWebSocket(url, 10_000, Socket),
  hold() {
    const timer = setInterval(() => {}, LONG);
    return () => clearInterval(timer);
  },
  leaving: () => () => {},
});

export * from './index.js';
