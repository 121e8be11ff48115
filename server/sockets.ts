/** WebSockets as the relay keeps them: bounded, watched, and closed with a reason. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { CLOSE, type CloseCode } from '../transport/wire/codes.js';
import { reasonOf } from './metrics/reason.js';
import type { Tally } from './metrics/tally.js';
import type { ResolvedOptions } from './options.js';
import type { Room } from './room.js';

/** Milliseconds the other side has to answer a close. */
const CLOSE_TIMEOUT = 2000;

/** Closes with one of the codes of the table and a reason, cut to what a close frame holds. */
export function refuse(socket: WebSocket, close: CloseCode, reason: string = close.meaning): void {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  socket.close(close.code, text);
}

/** What is known of one of them. */
interface Watched {
  room: Room;
  /** Has it said anything since the last ping? */
  answered: boolean;
  /** Why this side ended it. */
  ended: string | null;
}

/** All WebSockets of one relay. */
export class Sockets {
  private readonly all = new Map<WebSocket, Watched>();
  private readonly servers = new Map<number, WebSocketServer>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: Pick<ResolvedOptions, 'maxFragments' | 'maxBufferedChunks' | 'pingMs'>,
    private readonly tally: Tally,
  ) {}

  get size(): number {
    return this.all.size;
  }

  /** Finishes the handshake. Messages over `maxPayload` bytes close the socket with 1009. */
  upgrade(
    req: IncomingMessage,
    duplex: Duplex,
    head: Buffer,
    room: Room,
    maxPayload: number,
    take: (socket: WebSocket) => void,
  ): void {
    this.server(maxPayload).handleUpgrade(req, duplex, head, (socket) => {
      this.watch(socket, room);
      take(socket);
    });
  }

  /** Tells every socket that the relay is going, and cuts off those that do not listen. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const gone = [...this.all.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.all.keys()) refuse(socket, CLOSE.restart, 'the relay is closing');
    const cut = setTimeout(() => {
      for (const socket of this.all.keys()) socket.terminate();
    }, 300);
    await Promise.all(gone);
    clearTimeout(cut);
  }

  private server(maxPayload: number): WebSocketServer {
    let server = this.servers.get(maxPayload);
    if (!server) {
      const { maxFragments, maxBufferedChunks } = this.options;
      const options: ServerOptions & { closeTimeout: number } = {
        noServer: true,
        perMessageDeflate: false,
        clientTracking: false,
        closeTimeout: CLOSE_TIMEOUT,
        maxPayload,
        maxFragments,
        maxBufferedChunks,
      };
      server = new WebSocketServer(options);
      this.servers.set(maxPayload, server);
    }
    return server;
  }

  private watch(socket: WebSocket, room: Room): void {
    const watched: Watched = { room, answered: true, ended: null };
    this.all.set(socket, watched);
    const alive = () => {
      watched.answered = true;
    };
    socket.on('pong', alive);
    socket.on('message', alive);
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      // `ws` answers the other side's close by the same method, and closes by it what breaks the protocol.
      if (!(socket as { _closeFrameReceived?: boolean })._closeFrameReceived) watched.ended ??= reasonOf(code);
      close(code, reason);
    };
    // `ws` closes the socket itself, with the code that fits; an unheard 'error' would end the process.
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.all.delete(socket);
      const { ended } = watched;
      this.tally.closes.add(room, ended === null ? 'peer' : 'relay', ended ?? reasonOf(code));
      if (this.all.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
    this.timer ??= setInterval(() => this.beat(), this.options.pingMs).unref();
  }

  /** A peer that vanished without a word never says close: ping, and drop who said nothing since the last one. */
  private beat(): void {
    for (const [socket, watched] of this.all) {
      if (watched.answered) {
        watched.answered = false;
        socket.ping();
      } else {
        watched.ended ??= 'no-pong';
        socket.terminate();
      }
    }
  }
}
