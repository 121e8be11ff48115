/** A network for tests: links on which messages wait until the test lets them through, and that break as real ones do. */

import type { Link, LinkClose, LinkKind } from '../link/link.js';

type Item = Uint8Array | LinkClose;

class NetworkLink implements Link {
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  other!: NetworkLink;
  /** What this side said and the other has not heard yet. */
  readonly queue: Item[] = [];
  buffered = 0;
  /** Nothing said from now on is heard. */
  dead = false;
  #closed = false;

  constructor(
    readonly kind: LinkKind,
    readonly highWater: number,
    /** How often it has its turn, against others. */
    readonly speed: number,
  ) {}

  send(message: Uint8Array): void {
    if (this.dead || this.#closed) return;
    this.queue.push(message);
    this.buffered += message.length;
  }

  close(code = 1000, reason = ''): void {
    if (this.#closed) return;
    if (!this.dead) this.queue.push({ code, reason });
    this.dead = true;
    this.end({ code, reason });
  }

  end(event: LinkClose): void {
    if (this.#closed) return;
    this.#closed = true;
    this.dead = true;
    this.onclose?.(event);
  }

  /** Lets the other side hear the next thing. */
  deliver(): void {
    const item = this.queue.shift()!;
    if (!(item instanceof Uint8Array)) return this.other.end(item);
    const full = this.buffered > this.highWater;
    this.buffered -= item.length;
    // A side that has closed may still be given what was on its way, as a socket in its closing handshake is.
    this.other.onmessage?.(item);
    if (full && this.buffered <= this.highWater && !this.#closed) this.ondrain?.();
  }
}

export class Network {
  readonly #links: NetworkLink[] = [];

  constructor(
    readonly random: () => number,
    /** Bytes on their way above which a link says that it is full. */
    readonly highWater: number,
  ) {}

  /** Two ends of a new link; either way, it may be ten times as slow as others. */
  pair(kind: LinkKind): [Link, Link] {
    const end = () => new NetworkLink(kind, this.highWater, this.random() < 0.5 ? 1 : 0.1);
    const a = end();
    const b = end();
    a.other = b;
    b.other = a;
    this.#links.push(a, b);
    return [a, b];
  }

  /** Delivers up to `n` things, each from a link chosen by chance; what is on one link keeps its order. */
  deliver(n: number): number {
    let done = 0;
    while (done < n) {
      const busy = this.#links.filter((link) => link.queue.length > 0);
      if (busy.length === 0) break;
      let at = this.random() * busy.reduce((sum, link) => sum + link.speed, 0);
      let chosen = 0;
      while (chosen < busy.length - 1 && (at -= busy[chosen]!.speed) >= 0) chosen++;
      busy[chosen]!.deliver();
      done++;
    }
    return done;
  }

  /** Breaks a link: of what is on its way, each side hears some more (or nothing), then that the link is lost. */
  cut(link: Link, some = true): void {
    const one = link as NetworkLink;
    for (const side of [one, one.other]) {
      if (side.dead) continue;
      this.#lose(side, some);
      side.queue.push({ code: 1006, reason: '' });
    }
  }

  /** Breaks a link without a word: of what is on its way some more (or nothing) is heard, then silence. */
  freeze(link: Link, some = true): void {
    const one = link as NetworkLink;
    for (const side of [one, one.other]) if (!side.dead) this.#lose(side, some);
  }

  /** Everything is over: each link that is open is closed on both sides. */
  end(): void {
    for (const link of this.#links.splice(0)) link.end({ code: 1006, reason: '' });
  }

  #lose(side: NetworkLink, some: boolean): void {
    side.dead = true;
    const kept = some ? Math.floor(this.random() * (side.queue.length + 1)) : 0;
    for (const item of side.queue.splice(kept)) {
      if (item instanceof Uint8Array) side.buffered -= item.length;
    }
  }
}
