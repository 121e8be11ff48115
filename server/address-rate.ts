/** How many connections each address makes, and has. */

/** Counts events of each address within the running second. Old addresses are forgotten with their second. */
export class AddressRate {
  private counts = new Map<string, number>();
  private until = 0;

  constructor(private readonly perSecond: number) {}

  /** True if `address` is within its rate. `now` in milliseconds. */
  take(address: string, now = performance.now()): boolean {
    if (now >= this.until) {
      this.counts.clear();
      this.until = now + 1000;
    }
    const key = network(address);
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= this.perSecond;
  }
}

/** Counts what each address has open. */
export class AddressCount {
  readonly #open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** True, and one more, if `address` has room; `leave` gives the place back. */
  enter(address: string): boolean {
    const key = network(address);
    const count = this.#open.get(key) ?? 0;
    if (count >= this.most) return false;
    this.#open.set(key, count + 1);
    return true;
  }

  leave(address: string): void {
    const key = network(address);
    const count = (this.#open.get(key) ?? 1) - 1;
    if (count === 0) this.#open.delete(key);
    else this.#open.set(key, count);
  }
}

/** Who an address belongs to: IPv6 customers are given a /64 and can change the rest at will. */
export function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1];
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('%')[0].toLowerCase().split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const groups =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
