/** The plainest worlds there are, to test the others against: a byte a cell, neighbours looked up one by one. */
import type { LargerRule, Rule, TwoStateRule } from '../rule/rule.js';

export class NaiveLife {
  /** A cell's state, row by row. */
  cells: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    public rule: Rule,
    public torus: boolean,
  ) {
    this.cells = new Uint8Array(width * height);
  }

  /** The state of a cell; outside a bounded grid all are dead. */
  at(x: number, y: number): number {
    const { width, height } = this;
    if (x >= 0 && y >= 0 && x < width && y < height) return this.cells[y * width + x];
    if (!this.torus) return 0;
    return this.cells[modulo(y, height) * width + modulo(x, width)];
  }

  step(): void {
    const { width, height, rule } = this;
    const reach = rule.kind === 'larger' ? rule.range : 1;
    // Who lives, here and around, so that no neighbour has to be looked for.
    const stride = width + 2 * reach;
    const living = new Uint8Array(stride * (height + 2 * reach));
    for (let y = -reach; y < height + reach; y++)
      for (let x = -reach; x < width + reach; x++)
        living[(y + reach) * stride + x + reach] = this.at(x, y) === 1 ? 1 : 0;
    const next = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        next[i] = nextState(rule, this.cells[i], living, (y + reach) * stride + x + reach, stride);
      }
    this.cells = next;
  }

  /** Cells that are not dead. */
  population(): number {
    return this.cells.reduce((sum, cell) => sum + (cell > 0 ? 1 : 0), 0);
  }

  /** Row-major bits of a plane, bit 0 first, rows padded to a byte: what a digest is made of. */
  bits(x0 = 0, y0 = 0, width = this.width, height = this.height, plane = 0): Uint8Array {
    const stride = Math.ceil(width / 8);
    const bytes = new Uint8Array(stride * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if ((this.cells[(y0 + y) * this.width + x0 + x] >> plane) & 1) bytes[y * stride + (x >> 3)] |= 1 << (x & 7);
    return bytes;
  }

  /** Keys of the tiles in which `before` differs from the cells now. */
  changedTiles(before: Uint8Array): number[] {
    const tilesX = Math.ceil(this.width / 64);
    const keys = new Set<number>();
    for (let i = 0; i < before.length; i++)
      if (before[i] !== this.cells[i])
        keys.add(((Math.floor(i / this.width) >> 6) * tilesX + ((i % this.width) >> 6)) | 0);
    return [...keys].sort((a, b) => a - b);
  }
}

/** @param at Of the cell among those that may live, and `stride` between those above each other. */
function nextState(rule: Rule, state: number, living: Uint8Array, at: number, stride: number): number {
  // Dead cells are born, living ones stay, all others go on to the next state.
  const alive =
    state <= 1 && (rule.kind === 'larger' ? inBounds(rule, living, at, stride) : lives(rule, living, at, stride));
  if (state === 0) return alive ? 1 : 0;
  if (state === 1 && alive) return 1;
  return (state + 1) % rule.states;
}

function lives(rule: Exclude<Rule, LargerRule>, living: Uint8Array, at: number, stride: number): boolean {
  const base: TwoStateRule = rule.kind === 'generations' ? rule.base : rule;
  const [nw, n, ne] = [living[at - stride - 1], living[at - stride], living[at - stride + 1]];
  const [w, own, e] = [living[at - 1], living[at], living[at + 1]];
  const [sw, s, se] = [living[at + stride - 1], living[at + stride], living[at + stride + 1]];
  if (base.kind === 'isotropic') {
    const row = (a: number, b: number, c: number): number => a | (b << 1) | (c << 2);
    return base.table[row(nw, n, ne) | (row(w, own, e) << 3) | (row(sw, s, se) << 6)] === 1;
  }
  const count = n + w + e + s + (base.neighborhood === 'moore' ? nw + ne + sw + se : 0);
  return (((own === 1 ? base.survival : base.birth) >> count) & 1) === 1;
}

function inBounds(rule: LargerRule, living: Uint8Array, at: number, stride: number): boolean {
  const { range } = rule;
  let count = 0;
  for (let dy = -range; dy <= range; dy++)
    for (let dx = -range; dx <= range; dx++) {
      if (dx === 0 && dy === 0 && !rule.middle) continue;
      if (rule.neighborhood === 'von-neumann' && Math.abs(dx) + Math.abs(dy) > range) continue;
      if (rule.neighborhood === 'circular' && dx * dx + dy * dy >= (range + 0.5) ** 2) continue;
      count += living[at + dy * stride + dx];
    }
  const [low, high] = living[at] === 1 ? rule.survival : rule.birth;
  return count >= low && count <= high;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
