/** A link over a WebSocket: the browser's, or a socket of `ws` in Node (whose interface is the same where it matters). */

import type { Link, LinkClose } from './link.js';

/** What is used of a WebSocket. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
}

/** A socket does not say when it has drained, so it is asked; ms. */
const POLL = 8;
export const OPEN = 1;

export class WebSocketLink implements Link {
  readonly kind = 'websocket';
  readonly highWater = 256 * 1024;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  #closed = false;
  #poll: ReturnType<typeof setTimeout> | null = null;

  /** @param socket an open socket with `binaryType` "arraybuffer", or, of `ws`, "nodebuffer" */
  constructor(readonly socket: SocketLike) {
    socket.onmessage = (event: { data: unknown }) => this.heard(event.data);
    socket.onclose = (event: { code: number; reason: string }) => this.#end({ code: event.code, reason: event.reason });
    socket.onerror = () => {};
  }

  get buffered(): number {
    return this.socket.bufferedAmount;
  }

  send(message: Uint8Array): void {
    if (this.socket.readyState !== OPEN) return;
    this.socket.send(message);
    this.sent();
  }

  /** A message came. */
  protected heard(data: unknown): void {
    // A Buffer's methods are not all those of other bytes.
    if (data instanceof Uint8Array) this.onmessage?.(new Uint8Array(data.buffer, data.byteOffset, data.length));
    else if (data instanceof ArrayBuffer) this.onmessage?.(new Uint8Array(data));
    // Text never is a frame; as bytes it is told so like any other that cannot be decoded.
    else this.onmessage?.(new TextEncoder().encode(String(data)));
  }

  /** Something was given to the socket. */
  protected sent(): void {
    if (this.buffered > this.highWater) this.#poll ??= setTimeout(() => this.#drained(), POLL);
  }

  close(code = 1000, reason = ''): void {
    // Reasons may have 123 bytes; codes from a page 1000 or 3000..4999, so what is the server's to say becomes 1000.
    const allowed = code === 1000 || code >= 3000 || !('WebSocket' in globalThis && this.socket instanceof WebSocket);
    this.socket.close(allowed ? code : 1000, cut(reason));
    // The closing handshake may take for ever with a dead peer; whoever closes is done at once.
    this.#end({ code, reason });
  }

  #drained(): void {
    this.#poll = null;
    if (this.#closed) return;
    if (this.buffered > this.highWater) this.#poll = setTimeout(() => this.#drained(), POLL);
    else this.ondrain?.();
  }

  #end(event: LinkClose): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.onclose?.(event);
  }
}

function cut(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  return bytes.length <= 123
    ? reason
    : `${new TextDecoder().decode(bytes.subarray(0, 117)).replace(/\uFFFD+$/, '')}...`;
}

/**
 * Connects to a WebSocket URL.
 * @param url ws: or wss:
 * @param timeout milliseconds
 * @throws LinkError if it cannot be opened in time; a browser never says why.
 */
export function connectWebSocket(
  url: string,
  timeout = 10_000,
  Socket: new (url: string) => SocketLike = WebSocket as never,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = new Socket(url);
    socket.binaryType = 'arraybuffer';
    const timer = setTimeout(() => fail('no answer'), timeout);
    const fail = (why: string) => {
      clearTimeout(timer);
      socket.onopen = socket.onerror = socket.onclose = null;
      // A socket that is closed while it connects reports one more error.
      socket.onerror = () => {};
      socket.close();
      reject(new LinkError(`cannot connect to ${url}: ${why}`));
    };
    socket.onerror = () => fail('refused, or unreachable');
    socket.onclose = (event: { code: number; reason: string }) => fail(event.reason || `closed (${event.code})`);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve(new WebSocketLink(socket));
    };
  });
}

/** A link that could not be had; trying again may help. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}
