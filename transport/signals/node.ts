/** `mpl-kit/signals` in Node: the same, over `ws`. The relay is `MPL_SERVER`, or one on this machine; `MPL_TOKEN` is for it. */

import { WebSocket } from 'ws';
import { serverUrl } from '../link/address.js';
import { connectWebSocket, type SocketLike } from '../link/websocket.js';
import { setEnvironment } from './environment.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
/** Node goes on as long as something may still happen; about the longest time a timer can wait, ms. */
const LONG = 2 ** 30;

const env = (name: string): string | undefined => globalThis.process?.env[name] || undefined;
const home = (): string => env('MPL_SERVER') ?? 'http://127.0.0.1:8787';

setEnvironment({
  server: home,
  // What is meant for this relay is shown to no other.
  token: (server) => (serverUrl(home()).href === server.href ? env('MPL_TOKEN') : undefined),
  connect: (url) => connectWebSocket(url, 10_000, Socket),
  hold() {
    const timer = setInterval(() => {}, LONG);
    return () => clearInterval(timer);
  },
  waking: () => () => {},
  leaving: () => () => {},
});

export * from './index.js';
