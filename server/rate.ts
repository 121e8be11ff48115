/** How many connections each address makes. */

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
