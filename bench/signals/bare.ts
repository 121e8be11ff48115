/** The floor: JSON over plain WebSockets, through a server that merges what it hears, so that late joiners can be told. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { deriving, type Kit, plainLayer, type Values } from './kit.js';

/** What all small servers over `ws` share: one room a path. `join` and `hear` say what is sent. */
export async function rooms<State>(
  make: () => State,
  join: (state: State) => string | Uint8Array,
  take: (state: State, message: Buffer) => void,
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const all = new Map<string, { state: State; sockets: Set<WebSocket> }>();
  server.on('connection', (socket, { url = '/' }) => {
    if (!all.has(url)) all.set(url, { state: make(), sockets: new Set() });
    const { state, sockets } = all.get(url)!;
    sockets.add(socket);
    socket.send(join(state));
    socket.on('message', (message: Buffer, binary) => {
      take(state, message);
      for (const other of sockets) if (other !== socket) other.send(message, { binary });
    });
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const bare: Kit = {
  relay: () =>
    rooms<Values>(
      () => ({}),
      (values) => JSON.stringify(values),
      (values, message) => Object.assign(values, JSON.parse(message.toString())),
    ),

  async source(url, channel, options) {
    const socket = new WebSocket(`${url}/${channel}`);
    await once(socket, 'open');
    const { all, set } = deriving(options, (changes) => socket.send(JSON.stringify(changes)));
    socket.send(JSON.stringify(all));
    return set;
  },

  async receiver(url, channel, heard) {
    const socket = new WebSocket(`${url}/${channel}`);
    const values: Values = {};
    let frames = 0;
    await new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        frames++;
        const changes = JSON.parse(message.toString()) as Values;
        Object.assign(values, changes);
        for (const name of Object.keys(changes)) heard(name, changes[name]!);
        if (Object.keys(values).length > 0) resolve();
      });
    });
    return {
      get frames() {
        return frames;
      },
      values: () => values,
      close: () => socket.close(),
    };
  },

  layer: (url, from, to) => plainLayer(bare, url, from, to),
};
