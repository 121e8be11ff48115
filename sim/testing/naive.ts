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
    const { width, height } = this;
    const next = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) next[y * width + x] = this.#next(x, y);
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

  #next(x: number, y: number): number {
    const { rule } = this;
    const state = this.at(x, y);
    // Dead cells are born, living ones stay, all others go on to the next state.
    const alive = state <= 1 && (rule.kind === 'larger' ? this.#inBounds(rule, x, y) : this.#lives(rule, x, y));
    if (state === 0) return alive ? 1 : 0;
    if (state === 1 && alive) return 1;
    return (state + 1) % rule.states;
  }

  #lives(rule: Exclude<Rule, LargerRule>, x: number, y: number): boolean {
    const base: TwoStateRule = rule.kind === 'generations' ? rule.base : rule;
    let count = 0;
    let index = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        if (this.at(x + dx, y + dy) !== 1) continue;
        index |= 1 << (3 * (dy + 1) + dx + 1);
        if (dx === 0 && dy === 0) continue;
        if (base.neighborhood === 'moore' || dx === 0 || dy === 0) count++;
      }
    if (base.kind === 'isotropic') return base.table[index] === 1;
    return (((this.at(x, y) === 1 ? base.survival : base.birth) >> count) & 1) === 1;
  }

  #inBounds(rule: LargerRule, x: number, y: number): boolean {
    const { range } = rule;
    let count = 0;
    for (let dy = -range; dy <= range; dy++)
      for (let dx = -range; dx <= range; dx++) {
        if (dx === 0 && dy === 0 && !rule.middle) continue;
        if (rule.neighborhood === 'von-neumann' && Math.abs(dx) + Math.abs(dy) > range) continue;
        if (rule.neighborhood === 'circular' && dx * dx + dy * dy >= (range + 0.5) ** 2) continue;
        if (this.at(x + dx, y + dy) === 1) count++;
      }
    const [low, high] = this.at(x, y) === 1 ? rule.survival : rule.birth;
    return count >= low && count <= high;
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
