/** A `Y.Map` shared over plain WebSockets: the server keeps the document for late joiners and passes updates on. */

import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { rooms } from './bare.js';
import { deriving, type Kit, plainLayer, type Values } from './kit.js';

/** A document that follows the room, and whose own changes go there. Resolves with what the room holds. */
async function share(url: string, channel: string): Promise<{ doc: Y.Doc; map: Y.Map<number>; socket: WebSocket }> {
  const doc = new Y.Doc();
  const socket = new WebSocket(`${url}/${channel}`);
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== socket) socket.send(update);
  });
  await new Promise<void>((resolve) => {
    socket.on('message', (update: Buffer) => {
      Y.applyUpdate(doc, update, socket);
      resolve();
    });
  });
  return { doc, map: doc.getMap<number>('signals'), socket };
}

export const yjs: Kit = {
  relay: () =>
    rooms(
      () => new Y.Doc(),
      (doc) => Y.encodeStateAsUpdate(doc),
      (doc, update) => Y.applyUpdate(doc, update),
    ),

  async source(url, channel, options) {
    const { doc, map } = await share(url, channel);
    const send = (changes: Values) =>
      doc.transact(() => {
        for (const name of Object.keys(changes)) map.set(name, changes[name]!);
      });
    const { all, set } = deriving(options, send);
    send(all);
    return set;
  },

  async receiver(url, channel, heard) {
    const { map, socket } = await share(url, channel);
    let frames = 1;
    for (const [name, value] of map) heard(name, value);
    map.observe(({ keysChanged }) => {
      frames++;
      for (const name of keysChanged) heard(name, map.get(name)!);
    });
    while (map.size === 0) await once(socket, 'message');
    return {
      get frames() {
        return frames;
      },
      values: () => map.toJSON() as Values,
      close: () => socket.close(),
    };
  },

  layer: (url, from, to) => plainLayer(yjs, url, from, to),
};
