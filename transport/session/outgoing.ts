/**
 * What goes out over one link to a receiver: counted, and no more of it than may wait for one that does not read. What it says
 * is not known here.
 */

import type { Link, SharedMessage } from '../link/link.js';

/**
 * Bytes that may wait for a receiver that does not read, beside those of its last frames of state, which wait for a link that
 * is not full; what is not state cannot be left out, so then it is closed.
 */
const MAX_WAITING = 2 ** 20;

export class Outgoing {
  /** Nothing goes once this is false. */
  open = true;
  bytes = 0;
  /** When anything was last sent. */
  at = performance.now();
  /** Bytes of the largest message. */
  #largest = 0;

  /** @param onunread it does not read: what was to be sent is not, and the link is to be closed */
  constructor(
    readonly link: Link,
    readonly onunread: () => void,
  ) {}

  send(bytes: Uint8Array): void {
    if (!this.#reads()) return;
    this.#note(bytes);
    this.link.send(bytes);
  }

  /** Sends what others are sent too. */
  share(messages: readonly SharedMessage[]): void {
    if (this.link.sendShared === undefined) {
      for (const { bytes } of messages) this.send(bytes);
    } else if (this.#reads()) {
      for (const { bytes } of messages) this.#note(bytes);
      this.link.sendShared(messages);
    }
  }

  /** May anything be sent? It is, then. */
  #reads(): boolean {
    if (!this.open) return false;
    this.at = performance.now();
    const { buffered, highWater } = this.link;
    if (buffered <= highWater + this.#largest + MAX_WAITING) return true;
    this.onunread();
    return false;
  }

  #note({ length }: Uint8Array): void {
    this.bytes += length;
    this.#largest = Math.max(this.#largest, length);
  }
}
