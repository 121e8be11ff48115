/** The plainest Life there is, to test the others against: a byte a cell, neighbours by modulo. */
import type { Rule } from '../life/rule.js';

export class NaiveLife {
  cells: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    public rule: Rule,
    public torus: boolean,
  ) {
    this.cells = new Uint8Array(width * height);
  }

  at(x: number, y: number): number {
    const { width, height } = this;
    if (x >= 0 && y >= 0 && x < width && y < height) return this.cells[y * width + x];
    if (!this.torus) return 0;
    return this.cells[((y + height) % height) * width + ((x + width) % width)];
  }

  step(): void {
    const { width, height, rule } = this;
    const next = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let n = this.at(x, y - 1) + this.at(x - 1, y) + this.at(x + 1, y) + this.at(x, y + 1);
        if (rule.neighborhood === 'moore')
          n += this.at(x - 1, y - 1) + this.at(x + 1, y - 1) + this.at(x - 1, y + 1) + this.at(x + 1, y + 1);
        next[y * width + x] = ((this.cells[y * width + x] ? rule.survival : rule.birth) >> n) & 1;
      }
    this.cells = next;
  }

  population(): number {
    return this.cells.reduce((sum, cell) => sum + cell, 0);
  }

  /** Row-major bits, bit 0 first, rows padded to a byte: what a digest is made of. */
  bits(x0 = 0, y0 = 0, width = this.width, height = this.height): Uint8Array {
    const stride = Math.ceil(width / 8);
    const bytes = new Uint8Array(stride * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (this.cells[(y0 + y) * this.width + x0 + x]) bytes[y * stride + (x >> 3)] |= 1 << (x & 7);
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
