/** Socket.IO as its guide has it: a room a channel, the server keeps the state, changes are emitted to the room. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { deriving, type Kit, plainLayer, type Values } from './kit.js';

/** Without its detour over long polling, which would only make the beginning dearer. */
async function connect(url: string): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

export const socketIo: Kit = {
  async relay() {
    const http = createServer();
    const server = new Server(http, { transports: ['websocket'], serveClient: false });
    const channels = new Map<string, Values>();
    const valuesOf = (channel: string) => {
      if (!channels.has(channel)) channels.set(channel, {});
      return channels.get(channel)!;
    };
    server.on('connection', (socket) => {
      socket.on('publish', (channel: string, changes: Values) => {
        Object.assign(valuesOf(channel), changes);
        socket.to(channel).emit('changes', changes);
      });
      socket.on('join', (channel: string, answer: (values: Values) => void) => {
        void socket.join(channel);
        answer(valuesOf(channel));
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  },

  async source(url, channel, options) {
    const socket = await connect(url);
    const { all, set } = deriving(options, (changes) => socket.emit('publish', channel, changes));
    socket.emit('publish', channel, all);
    return set;
  },

  async receiver(url, channel, heard) {
    const socket = await connect(url);
    const values: Values = {};
    let frames = 0;
    const take = (changes: Values) => {
      frames++;
      Object.assign(values, changes);
      for (const name of Object.keys(changes)) heard(name, changes[name]!);
    };
    socket.on('changes', take);
    take(await socket.emitWithAck('join', channel));
    return {
      get frames() {
        return frames;
      },
      values: () => values,
      close: () => socket.close(),
    };
  },

  layer: (url, from, to) => plainLayer(socketIo, url, from, to),
};
