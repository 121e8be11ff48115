/** WebSockets as the relay keeps them: bounded, watched, and closed with a reason. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { CLOSE, type CloseCode } from '../transport/wire/codes.js';
import type { ResolvedOptions } from './options.js';

/** Milliseconds the other side has to answer a close. */
const CLOSE_TIMEOUT = 2000;

/** Closes with one of the codes of the table and a reason, cut to what a close frame holds. */
export function refuse(socket: WebSocket, close: CloseCode, reason: string = close.meaning): void {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  socket.close(close.code, text);
}

/** All WebSockets of one relay. */
export class Sockets {
  private readonly all = new Set<WebSocket>();
  private readonly answered = new WeakSet<WebSocket>();
  private readonly servers = new Map<number, WebSocketServer>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: Pick<ResolvedOptions, 'maxFragments' | 'maxBufferedChunks' | 'pingMs'>) {}

  get size(): number {
    return this.all.size;
  }

  /** Finishes the handshake. Messages over `maxPayload` bytes close the socket with 1009. */
  upgrade(
    req: IncomingMessage,
    duplex: Duplex,
    head: Buffer,
    maxPayload: number,
    take: (socket: WebSocket) => void,
  ): void {
    this.server(maxPayload).handleUpgrade(req, duplex, head, (socket) => {
      this.watch(socket);
      take(socket);
    });
  }

  /** Tells every socket that the relay is going, and cuts off those that do not listen. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const gone = [...this.all].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.all) refuse(socket, CLOSE.restart, 'the relay is closing');
    const cut = setTimeout(() => {
      for (const socket of this.all) socket.terminate();
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

  private watch(socket: WebSocket): void {
    this.all.add(socket);
    this.answered.add(socket);
    const alive = () => this.answered.add(socket);
    socket.on('pong', alive);
    socket.on('message', alive);
    // `ws` closes the socket itself, with the code that fits; an unheard 'error' would end the process.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.all.delete(socket);
      if (this.all.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
    this.timer ??= setInterval(() => this.beat(), this.options.pingMs).unref();
  }

  /** A peer that vanished without a word never says close: ping, and drop who said nothing since the last one. */
  private beat(): void {
    for (const socket of this.all) {
      if (this.answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}
