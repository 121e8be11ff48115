/** WebSockets as the relay keeps them: bounded, watched, and closed with a reason. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { CLOSE, type CloseCode } from '../transport/wire/codes.js';
import { chooseProtocol } from './auth/shown.js';
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

const identities = new WeakMap<WebSocket, (subject: string) => void>();

/** It has shown a token of somebody: whoever runs the relay can tell whose connection it is. */
export const identify = (socket: WebSocket, subject: string): void => identities.get(socket)?.(subject);

/** What they are in a sentence. */
export const WHO: Record<Room, string> = { peer: 'a source', stream: 'a viewer', signal: 'a peer', events: 'a reader' };
const GOING = 'the relay is closing';

/** Who comes, and what for. */
export interface Visit {
  room: Room;
  channel?: string;
  address: string;
  /** Whose token was shown, as its issuer calls them. */
  subject?: string;
}

/** What is known of one of them. */
interface Watched {
  visit: Visit;
  since: number;
  /** Has it said anything since the last ping? */
  answered: boolean;
  /** Why this side ended it, in a word and as it was told. */
  ended: string | null;
  told: string;
}

/** Endings that nobody need look into. */
const ORDINARY = new Set(['normal', 'going-away', 'restart', 'lost', 'taken', 'replaced', 'no-pong']);
/** Endings by which somebody was not let in, or may not stay; what there is no room for is counted where that is found. */
const REFUSALS = new Set(['unauthorized', 'forbidden']);
/** Chunks in which a message may come, whatever its length; and bytes for one more. */
const CHUNKS = 256;
const CHUNK = 256;
/** Sockets are told to go this often, ms. */
const DRAIN_STEP = 50;

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
    visit: Visit,
    maxPayload: number,
    take: (socket: WebSocket) => void,
  ): void {
    this.server(maxPayload).handleUpgrade(req, duplex, head, (socket) => {
      this.watch(socket, visit);
      take(socket);
    });
  }

  /**
   * Tells all to come back, elsewhere: sources at once, so that they are there first, and the others in this time, so that
   * they do not come all at once.
   */
  async drain(ms: number): Promise<void> {
    const end = performance.now() + ms;
    const rest: WebSocket[] = [];
    for (const [socket, { visit }] of this.all) {
      if (visit.room === 'peer') refuse(socket, CLOSE.restart, GOING);
      else rest.push(socket);
    }
    for (let left = ms, told = 0; left > 0 && this.all.size > 0; left = end - performance.now()) {
      const due = Math.ceil(rest.length * Math.min(1, (ms - left + DRAIN_STEP) / ms));
      while (told < due) refuse(rest[told++]!, CLOSE.restart, GOING);
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, DRAIN_STEP)));
    }
  }

  /** Tells every socket that the relay is going, and cuts off those that do not listen. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const gone = [...this.all.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.all.keys()) refuse(socket, CLOSE.restart, GOING);
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
        // Each takes some hundred bytes, even for one: no network cuts a message so small.
        maxBufferedChunks: Math.min(maxBufferedChunks, CHUNKS + Math.ceil(maxPayload / CHUNK)),
        handleProtocols: chooseProtocol,
      };
      server = new WebSocketServer(options);
      this.servers.set(maxPayload, server);
    }
    return server;
  }

  private watch(socket: WebSocket, visit: Visit): void {
    const watched: Watched = { visit, since: performance.now(), answered: true, ended: null, told: '' };
    const { log } = this.tally;
    log.write(visit.room === 'peer' ? 'info' : 'debug', `${WHO[visit.room]} came`, visit);
    this.all.set(socket, watched);
    identities.set(socket, (subject) => {
      if (watched.visit.subject === subject) return;
      watched.visit = { ...visit, subject };
      log.write(visit.room === 'peer' ? 'info' : 'debug', `${WHO[visit.room]} showed a token`, watched.visit);
    });
    const alive = () => {
      watched.answered = true;
    };
    socket.on('pong', alive);
    socket.on('message', alive);
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      // `ws` answers the other side's close by the same method, and closes by it what breaks the protocol.
      if (!(socket as { _closeFrameReceived?: boolean })._closeFrameReceived && watched.ended === null) {
        watched.ended = reasonOf(code);
        watched.told = String(reason ?? '');
      }
      close(code, reason);
    };
    // `ws` closes the socket itself, with the code that fits; an unheard 'error' would end the process.
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.all.delete(socket);
      this.count(watched, code);
      if (this.all.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
    this.timer ??= setInterval(() => this.beat(), this.options.pingMs).unref();
  }

  private count({ visit, since, ended, told }: Watched, code: number): void {
    const by = ended === null ? 'peer' : 'relay';
    const reason = ended ?? reasonOf(code);
    this.tally.closes.add(visit.room, by, reason);
    const ms = Math.round(performance.now() - since);
    const fields = { ...visit, by, reason, code, ...(told && { told }), ms };
    const { log, refusals } = this.tally;
    if (ended !== null && REFUSALS.has(ended)) refusals.add(ended);
    if (ended !== null && !ORDINARY.has(ended)) {
      const message = `${WHO[visit.room]} was ${ended === 'try-later' ? 'refused' : 'let go'}`;
      log.write('warn', message, fields, `${message} (${ended})`);
    } else log.write(visit.room === 'peer' ? 'info' : 'debug', `${WHO[visit.room]} left`, fields);
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
