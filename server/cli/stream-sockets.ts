/** The sockets of a program that streams: what is said of them, and how they are closed so that viewers wait. */

import { type RawData, WebSocket } from 'ws';
import { connectWebSocket, type SocketLike } from '../../transport/link/websocket.js';
import { setEnvironment } from '../../transport/signals/environment.js';
import { CLOSE, closeCode } from '../../transport/wire/codes.js';
import { FRAME } from '../../transport/wire/types.js';

/** A relay answers a goodbye within this, ms, or is not waited for. */
const GOODBYE = 1_000;

/** One channel, published or received. */
interface Line {
  channel: string;
  published: boolean;
  /** The relay took it in. */
  live: boolean;
  /** It was refused, and will not be tried again. */
  over: boolean;
  /** What was said last. */
  said: string;
}

export interface Say {
  /** What one may like to know. */
  note(text: string): void;
  /** What goes wrong. */
  problem(text: string): void;
}

export class StreamSockets {
  /** Channels that were opened since the beginning, under which name so ever. */
  opened = 0;
  readonly #lines = new Map<string, Line>();
  readonly #sockets = new Set<WebSocket>();
  /** Relays that do not answer. */
  readonly #away = new Set<string>();
  readonly #leaves = new Set<() => void>();
  #closing = false;

  /** @param onover nothing that was published can go on */
  constructor(
    readonly say: Say,
    readonly onover: () => void,
  ) {
    const sockets = this;
    class Socket extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.#add(this, url);
      }
    }
    setEnvironment({
      // It is told here, of the sockets themselves.
      notice: () => {},
      connect: (url) => connectWebSocket(url, 10_000, Socket as unknown as new (url: string) => SocketLike),
      leaving: (leave) => {
        this.#leaves.add(leave);
        return () => this.#leaves.delete(leave);
      },
    });
  }

  /** A channel will not go on. */
  fail(channel: string): void {
    for (const line of this.#lines.values()) if (line.published && line.channel === channel) line.over = true;
    this.#checkOver();
  }

  /** Has everything that was published failed? */
  get failed(): boolean {
    const published = [...this.#lines.values()].filter((line) => line.published);
    return published.length > 0 && published.every(({ over }) => over);
  }

  /** Leaves all channels, and waits until the relays have heard of it. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const leave of [...this.#leaves]) leave();
    const leaving = [...this.#sockets].filter((socket) => socket.readyState === WebSocket.CLOSING);
    const gone = leaving.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, GOODBYE);
    });
    await Promise.race([Promise.all(gone), patience]);
    clearTimeout(timer);
    for (const socket of this.#sockets) socket.terminate();
  }

  #add(socket: WebSocket, url: string): void {
    const line = this.#line(url);
    const server = new URL('..', url).href.replace(/^ws/, 'http').replace(/\/$/, '');
    let answered = false;
    this.#sockets.add(socket);
    socket.on('open', () => {
      answered = true;
      if (this.#away.delete(server)) this.say.note(`${server} answers`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!answered && !this.#closing) this.#absent(server, error);
    });
    if (line.published) socket.on('message', (data: RawData) => this.#heard(line, data, server));
    socket.on('close', (code, reason) => {
      this.#sockets.delete(socket);
      if (answered && !this.#closing) this.#lost(line, code, reason.toString());
    });
  }

  #line(url: string): Line {
    let line = this.#lines.get(url);
    if (line === undefined) {
      const [side, channel = ''] = new URL(url).pathname.split('/').slice(-2);
      line = { channel: decodeURIComponent(channel), published: side === 'peer', live: false, over: false, said: '' };
      this.#lines.set(url, line);
      this.opened++;
    }
    return line;
  }

  /** A relay that asks a source for its state has taken it in. */
  #heard(line: Line, data: RawData, server: string): void {
    if (line.live || new Uint8Array(data as ArrayBuffer)[0] !== FRAME.SubscribeFilter.code) return;
    line.live = true;
    line.over = false;
    this.#tell(line, `live on ${server}`, false);
  }

  #lost(line: Line, code: number, reason: string): void {
    const { retry, meaning } = closeCode(code);
    const why = reason || meaning;
    line.live = false;
    if (!retry) {
      line.over = line.published;
      this.#tell(line, code === CLOSE.replaced.code ? 'another process runs the same module now' : `refused: ${why}`);
      this.#checkOver();
    } else if (line.published) this.#tell(line, `${why}; trying again`);
  }

  /** The same over and over is said once. */
  #tell(line: Line, text: string, problem = true): void {
    if (line.said === text) return;
    line.said = text;
    this.say[problem ? 'problem' : 'note'](`${line.channel}: ${text}`);
  }

  #absent(server: string, error: NodeJS.ErrnoException): void {
    if (this.#away.has(server)) return;
    this.#away.add(server);
    const how = 'start one with "mpl serve", or name it with --server';
    if (error.code) this.say.problem(`no relay answers at ${server} (${error.code}); trying again; ${how}`);
    else this.say.problem(`${server} refuses: ${error.message}; trying again`);
  }

  #checkOver(): void {
    if (this.failed) this.onover();
  }
}
