/**
 * A link over a MessagePort, between a page and its worker. The far side gives credit for what it has passed on, so that a
 * full socket in the page is felt by the source in the worker.
 */

import type { Link, LinkClose, LinkKind } from './link.js';

/** What a port is sent: a message, credit for so many bytes, or the end. */
type PortMessage = Uint8Array | number | LinkClose;

export interface PortLinkOptions {
  /** What the link stands for. Default "memory". */
  kind?: LinkKind;
  /** Bytes that may stand between the two sides. Default 4 MiB. */
  highWater?: number;
}

export class PortLink implements Link {
  readonly kind: LinkKind;
  readonly highWater: number;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  buffered = 0;
  /** Set by `bridge`: credit follows the other link's room. */
  manualCredit = false;
  #open = true;

  constructor(
    readonly port: MessagePort,
    options: PortLinkOptions = {},
  ) {
    this.kind = options.kind ?? 'memory';
    this.highWater = options.highWater ?? 4 * 2 ** 20;
    port.onmessage = ({ data }: MessageEvent<PortMessage>) => this.#receive(data);
  }

  send(message: Uint8Array): void {
    if (!this.#open) return;
    this.buffered += message.length;
    this.port.postMessage(message);
  }

  /** Says that `bytes` have been dealt with. A plain receiver need not: it is said once `onmessage` returns. */
  credit(bytes: number): void {
    if (this.#open) this.port.postMessage(bytes);
  }

  close(code = 1000, reason = ''): void {
    if (!this.#open) return;
    this.port.postMessage({ code, reason });
    this.#end({ code, reason });
  }

  #receive(data: PortMessage): void {
    if (!this.#open) return;
    if (typeof data === 'number') {
      const full = this.buffered > this.highWater;
      this.buffered = Math.max(0, this.buffered - data);
      if (full && this.buffered <= this.highWater) this.ondrain?.();
    } else if (data instanceof Uint8Array) {
      this.onmessage?.(data);
      if (!this.manualCredit) this.credit(data.length);
    } else this.#end(data);
  }

  #end(event: LinkClose): void {
    if (!this.#open) return;
    this.#open = false;
    this.port.close();
    queueMicrotask(() => this.onclose?.(event));
  }
}

/** Joins a port to another link, both ways; when one closes, so does the other. */
export function bridge(port: PortLink, link: Link): void {
  let owed = 0;
  const pay = () => {
    if (owed === 0 || link.buffered > link.highWater) return;
    port.credit(owed);
    owed = 0;
  };
  port.manualCredit = true;
  port.onmessage = (message) => {
    link.send(message);
    owed += message.length;
    pay();
  };
  port.onclose = ({ code, reason }) => link.close(code, reason);
  link.onmessage = (message) => port.send(message);
  link.ondrain = pay;
  link.onclose = ({ code, reason }) => port.close(code, reason);
}
