/** WebSockets of Node: as links that can be cut, and as clients that say whatever they like. */

import { connect, type Socket } from 'node:net';
import { connectWebSocket, type Link, type SocketLike } from 'mpl-kit/transport';
import { type ClientOptions, WebSocket } from 'ws';
import { within } from './until.js';

type SocketClass = new (url: string) => SocketLike;

/** Opens links, and knows the sockets below the open ones, so that they can be broken. */
export class Dialer {
  readonly sockets = new Set<WebSocket>();
  opened = 0;
  /** There is no network. */
  down = false;

  constructor(readonly options: ClientOptions = {}) {}

  dial = (url: string): Promise<Link> => {
    if (this.down) return Promise.reject(new Error('there is no network'));
    const dialer = this;
    const { sockets, options } = this;
    // With `new`, what a function returns is what was made.
    function Made(to: string): WebSocket {
      const socket = new WebSocket(to, { perMessageDeflate: false, ...options });
      sockets.add(socket);
      dialer.opened++;
      socket.on('close', () => sockets.delete(socket));
      return socket;
    }
    // A machine that is busy may take its time.
    return connectWebSocket(url, 60_000, Made as unknown as SocketClass);
  };

  /** Breaks all of them, without a word. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  /** Reads no more, or again. */
  pause(paused: boolean): void {
    for (const socket of this.sockets) {
      if (paused) socket.pause();
      else socket.resume();
    }
  }
}

/** A socket that says what it likes. Whatever it hears is counted, and forgotten. */
export class Stranger {
  bytes = 0;
  messages = 0;
  /** The code and reason with which it was closed; "HTTP" and a status where there was no handshake. */
  readonly closed: Promise<string>;
  readonly opened: Promise<void>;
  onmessage: (data: Buffer) => void = () => {};

  constructor(
    readonly socket: WebSocket,
    readonly url = '',
  ) {
    socket.on('message', (data: Buffer) => {
      this.bytes += data.length;
      this.messages++;
      this.onmessage(data);
    });
    this.closed = new Promise((resolve) => {
      socket.on('unexpected-response', (_, response) => {
        response.resume();
        socket.terminate();
        resolve(`HTTP ${response.statusCode}`);
      });
      socket.on('error', () => {});
      socket.on('close', (code, reason) => resolve(reason.length > 0 ? `${code} ${reason}` : `${code}`));
    });
    this.opened = new Promise((resolve) => {
      socket.on('open', resolve);
      void this.closed.then(() => resolve());
    });
  }

  static async open(url: string, options: ClientOptions = {}, protocols: string[] = []): Promise<Stranger> {
    const made = new Stranger(new WebSocket(url, protocols, { perMessageDeflate: false, ...options }), url);
    await made.opened;
    return made;
  }

  send(...messages: (Uint8Array | string)[]): this {
    for (const message of messages) if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
    return this;
  }

  /** Waits for the end, which has to come with this code. */
  async expect(code: number | string, what: string, patience = 20_000): Promise<void> {
    const end = await within(patience, `the end of ${what}`, this.closed);
    if (!end.startsWith(String(code))) throw new Error(`${what} ended with "${end}", not with ${code}`);
  }
}

/** Bytes to a port, with nothing that would check them. Resolves with all that came back, when the other side ends it. */
export function rawBytes(port: number, write: (socket: Socket) => void, patience = 20_000): Promise<Buffer> {
  const answer = new Promise<Buffer>((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => write(socket));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(parts)));
  });
  return within(patience, 'the end of a connection', answer);
}

/** The request that opens a WebSocket, in plain text. */
export const handshake = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
