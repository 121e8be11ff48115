/** Chance from a seed, for those who make up things. */

import { seeded } from './world.js';

export class Chance {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** 0 <= n < `below`, a whole number. */
  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  noise(length: number): Uint8Array {
    return new Uint8Array(length).map(() => this.int(256));
  }

  /** With this chance the bytes as they are not: shorter, longer, shuffled, or with bits that fell over. */
  spoil(bytes: Uint8Array, chance: number): Uint8Array {
    if (this.random() >= chance || bytes.length === 0) return bytes;
    const out = bytes.slice();
    switch (this.int(6)) {
      case 0:
        return out.subarray(0, this.int(out.length));
      case 1: {
        const longer = new Uint8Array(out.length + 1 + this.int(20));
        longer.set(out);
        longer.set(this.noise(longer.length - out.length), out.length);
        return longer;
      }
      case 2:
        return this.noise(this.int(80));
      case 3:
        out.copyWithin(this.int(out.length), this.int(out.length), this.int(out.length));
        return out;
      default:
        for (let i = 1 + this.int(4); i > 0; i--) out[this.int(out.length)]! ^= 1 << this.int(8);
        return out;
    }
  }
}
