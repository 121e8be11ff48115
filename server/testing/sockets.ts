/** Raw WebSocket clients for tests: what arrives is kept, so nothing is missed between two awaits. */

import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

export interface Closed {
  code: number;
  reason: string;
}

export class Client {
  readonly closed: Promise<Closed>;
  private readonly inbox: { data: Buffer; isBinary: boolean }[] = [];
  private wake: (() => void) | null = null;
  private ended: Closed | null = null;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data, isBinary) => {
      this.inbox.push({ data: data as Buffer, isBinary });
      this.wake?.();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => {
        this.ended = { code, reason: reason.toString() };
        this.wake?.();
        resolve(this.ended);
      }),
    );
  }

  /** The next message, in the order they came. Rejects if the socket closes first. */
  async next(): Promise<{ data: Buffer; isBinary: boolean }> {
    for (;;) {
      const message = this.inbox.shift();
      if (message) return message;
      if (this.ended) throw new Error(`closed with ${this.ended.code} ${this.ended.reason}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async nextJson(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.next()).data.toString());
  }

  /** Messages that came and were not asked for yet. */
  get waiting(): number {
    return this.inbox.length;
  }

  sendJson(value: unknown): void {
    this.socket.send(JSON.stringify(value));
  }

  /** Resolves when everything sent so far has been seen by the other side, and its answers have come back. */
  async settled(): Promise<void> {
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
  }
}

/** A client for `url`, not yet open. */
export const client = (url: string, options?: ClientOptions, protocols: string[] = []): Client =>
  new Client(new WebSocket(url.replace(/^http/, 'ws'), protocols, { perMessageDeflate: false, ...options }));

/** A client for `url`, open. */
export async function connect(url: string, options?: ClientOptions, protocols?: string[]): Promise<Client> {
  const made = client(url, options, protocols);
  await once(made.socket, 'open');
  return made;
}
