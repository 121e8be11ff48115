/** Two ends of a link in one process, for tests and for a source and receiver that share a page. */

import type { Link, LinkClose } from './link.js';

class MemoryLink implements Link {
  readonly kind = 'memory';
  readonly highWater = 4 * 2 ** 20;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  other: MemoryLink | null = null;
  buffered = 0;
  #open = true;

  send(message: Uint8Array): void {
    const { other } = this;
    if (!this.#open || other === null) return;
    this.buffered += message.length;
    queueMicrotask(() => {
      const full = this.buffered > this.highWater;
      this.buffered -= message.length;
      other.#take(message);
      if (full && this.buffered <= this.highWater) this.ondrain?.();
    });
  }

  close(code = 1000, reason = ''): void {
    if (!this.#open) return;
    this.#end({ code, reason });
    if (this.other !== null) this.other.#end({ code, reason });
  }

  #take(message: Uint8Array): void {
    if (this.#open) this.onmessage?.(message);
  }

  #end(event: LinkClose): void {
    if (!this.#open) return;
    this.#open = false;
    queueMicrotask(() => this.onclose?.(event));
  }
}

/** A pair of links; what one sends, the other receives, a turn later. */
export function memoryLinks(): [Link, Link] {
  const a = new MemoryLink();
  const b = new MemoryLink();
  a.other = b;
  b.other = a;
  return [a, b];
}
