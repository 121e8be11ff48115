/** Which WebSockets are the relay's, and who takes them. */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE } from '../transport/wire/codes.js';
import { whyNotFrom } from './auth/origins.js';
import { tokenInUrl } from './auth/shown.js';
import { CHANNEL_NAME_RULE, channelName } from './channel-name.js';
import { addressOf, type Connections } from './connections.js';
import type { Newcomers } from './newcomers.js';
import type { ResolvedOptions } from './options.js';
import type { Hub } from './relay/hub.js';
import type { Signal } from './signal/signal.js';
import { refuse, type Sockets } from './sockets.js';

/** Takes the request and returns true, or returns false and leaves it to others. */
export type Upgrader = (req: IncomingMessage, duplex: Duplex, head: Buffer) => boolean;

export function createUpgrader(
  options: ResolvedOptions,
  connections: Connections,
  newcomers: Newcomers,
  sockets: Sockets,
  hub: Hub,
  signal: Signal,
  /** Is the relay there to stay? */
  open: () => boolean,
): Upgrader {
  return (req, duplex, head) => {
    const [path, query = ''] = (req.url ?? '/').split('?', 2);
    const [, room, name = '', ...more] = path.split('/');
    if (room !== 'peer' && room !== 'stream' && room !== 'signal') return false;
    if (!open()) {
      answerRaw(duplex, 503, 'The relay is closing. Come back in a moment.');
      return true;
    }
    // Before the handshake: whoever floods a relay should cost it as little as can be.
    const leave = connections.enter(req, room);
    if (typeof leave !== 'function') {
      answerRaw(duplex, leave.status, leave.reason);
      return true;
    }
    duplex.once('close', leave);
    const from = whyNotFrom(options, req);
    const address = addressOf(req, options.trustProxy);
    if (room === 'signal') {
      if (name !== 'peerjs' || more.length) answerRaw(duplex, 404, 'Signaling is at /signal/peerjs.');
      else {
        sockets.upgrade(req, duplex, head, { room, address }, options.signalPayload, (socket) => {
          if (from !== null) refuse(socket, CLOSE.forbidden, from);
          else signal.accept(socket, new URLSearchParams(query));
        });
      }
      return true;
    }
    const channel = more.length ? null : channelName(name);
    const visit = { room, ...(channel !== null && { channel }), address } as const;
    const newcomer = newcomers.enter(address, room);
    if ('status' in newcomer) {
      answerRaw(duplex, newcomer.status, newcomer.reason);
      return true;
    }
    duplex.once('close', newcomer.leave);
    const limit = room === 'peer' ? options.sourcePayload : options.viewerPayload;
    sockets.upgrade(req, duplex, head, visit, limit, (socket) => {
      newcomer.watch(duplex, socket);
      // After the handshake: a page cannot read why a handshake failed.
      const wrong = tokenInUrl(req.url ?? '');
      if (from !== null) refuse(socket, CLOSE.forbidden, from);
      else if (channel === null) refuse(socket, CLOSE.badChannel, `a channel name is ${CHANNEL_NAME_RULE}`);
      else if (wrong !== null) refuse(socket, CLOSE.unauthorized, wrong);
      else if (room === 'peer') hub.source(socket, channel, req, newcomer.leave);
      else hub.viewer(socket, channel, req, newcomer.leave);
    });
    return true;
  };
}

/** Refuses a WebSocket in plain HTTP. */
export function answerRaw(duplex: Duplex, status: number, text: string): void {
  duplex.on('error', () => {});
  duplex.once('finish', () => duplex.destroy());
  duplex.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text) + 1}\r\n\r\n${text}\n`,
  );
}
