/** A block of cells among its neighbours in memory, to test kernels on: before and after, by the naive algorithm. */
import assert from 'node:assert/strict';
import { mix } from '../life/soup.js';
import type { Rule } from '../rule/rule.js';
import { NaiveLife } from './naive.js';

export const KEEP = 16;
export const EAST = 32;
/** Nine blocks, the one in the middle computed into a tenth; so for each plane. */
export const BLOCKS = 1024;
export const OUT = BLOCKS * 10;
export const PLANE = BLOCKS * 12;
/** Cells and rows of three blocks. */
const WIDTH = 384;
const HEIGHT = 192;

export interface Scene {
  rule: Rule;
  /** States that cells are stored as they differ from, before and after. */
  skies: [number, number];
  seed: number;
  density: number;
  /** Cells of the middle block that are in the grid: across, and down; which groups of 8 rows to compute. */
  width: number;
  height: number;
  first: number;
  groups: number;
}

/** The rows to compute. */
export const rowsOf = ({ first, groups, height }: Scene): [number, number] => [
  first * 8,
  Math.min((first + groups) * 8, height),
];
export const blockAt = (bx: number, by: number): number => BLOCKS + ((by * 3 + bx) << 10);
const random = (seed: number): number => (mix(seed) >>> 0) / 2 ** 32;

/** What is in memory before, and what must be in OUT and reported after. */
export class Stage {
  readonly memory = new WebAssembly.Memory({ initial: 2 });
  readonly bytes = new Uint8Array(this.memory.buffer);
  readonly expected: Uint8Array[] = [];
  /** Of each computed row: bits of the group's flags, as the kernel in WebAssembly returns them. */
  readonly flags = { any: 0, north: 0, south: 0, west: 0, east: 0 };
  readonly #before: Uint8Array;

  constructor(readonly scene: Scene) {
    const { rule, seed, density, width, skies } = scene;
    const { bytes } = this;
    const naive = new NaiveLife(WIDTH, HEIGHT, rule, false);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const at = seed + y * WIDTH + x;
        // Beyond the last column of the grid nothing lives.
        const empty = (width < 128 && x >= 128 + width) || random(at) >= density;
        // Half of the others alive, so that the waiting ones make a difference.
        const alive = rule.states === 2 || random(at ^ 0x55555) < 0.5;
        const state = empty ? 0 : alive ? 1 : 1 + ((mix(at + 1) >>> 1) % (rule.states - 1));
        naive.cells[y * WIDTH + x] = state;
        const byte = (((y >> 6) * 3 + (x >> 7)) << 10) + ((y & 63) << 4) + ((x & 127) >> 3);
        for (let p = 0; p < rule.planes; p++)
          if (((state ^ skies[0]) >> p) & 1) bytes[p * PLANE + BLOCKS + byte] |= 1 << (x & 7);
      }
    for (let x = 0; x < width; x++) bytes[KEEP + (x >> 3)] |= 1 << (x & 7);
    bytes[EAST + ((width - 1) >> 3)] |= 1 << ((width - 1) & 7);
    naive.step();
    for (let p = 0; p < rule.planes; p++) this.#expect(naive, p);
    this.#before = this.bytes.slice();
  }

  /** Everything as it was before. */
  restore(): void {
    this.bytes.set(this.#before);
  }

  #expect(naive: NaiveLife, plane: number): void {
    const { scene, bytes, flags } = this;
    const { width, seed, skies } = scene;
    const old = bytes.subarray(OUT + plane * PLANE, OUT + plane * PLANE + 1024);
    for (let i = 0; i < 1024; i++) old[i] = mix(seed ^ (i + 77777 * plane)) & mix(i) & 255;
    const expected = old.slice();
    const [y0, y1] = rowsOf(scene);
    for (let y = y0; y < y1; y++)
      for (let x = 0; x < 128; x++) {
        const alive = x < width && (((naive.cells[(64 + y) * WIDTH + 128 + x] ^ skies[1]) >> plane) & 1) === 1;
        const at = (y << 4) + (x >> 3);
        const bit = 1 << (x & 7);
        // The old generation is the new one here and there, so that flags are not always set.
        const turn = ((y >> 3) + seed) % 3;
        const same = turn === 0 || (turn === 1 && x !== 0 && x !== 70 && y % 8 !== 7);
        if (same) old[at] = alive ? old[at] | bit : old[at] & ~bit;
        expected[at] = alive ? expected[at] | bit : expected[at] & ~bit;
        if (alive === ((old[at] & bit) !== 0)) continue;
        const group = 1 << ((y - y0) >> 3);
        flags.any |= group;
        if ((y - y0) % 8 === 0) flags.north |= group;
        if ((y - y0) % 8 === 7 || y === y1 - 1) flags.south |= group;
        if (x === 0) flags.west |= group;
        if (x === width - 1) flags.east |= group;
      }
    this.expected.push(expected);
  }

  /** @param width Cells of a row that the kernel is to write. */
  assertCells(name: string, width = 128): void {
    for (const [p, expected] of this.expected.entries()) {
      const at = OUT + p * PLANE;
      const written = expected.map((byte, i) => ((i & 15) * 8 < width ? byte : this.#before[at + i]));
      assert.deepEqual(this.bytes.slice(at, at + 1024), written, `${name}, plane ${p}`);
    }
  }
}
