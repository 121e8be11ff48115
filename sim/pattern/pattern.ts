/** A pattern: living cells as runs, so that a breeder of 100,000 cells is one small array. */
import { MemoryError } from '../errors.js';
import { MAX_SIDE, type Wrap } from '../life/grid.js';
import type { CellTree } from './cell-tree.js';

export interface Pattern {
  /** Cells across and down: what the file states, or more where its cells reach further. */
  readonly width: number;
  readonly height: number;
  /** Runs of living cells, three numbers each: x and y of the first cell, from the top-left corner, and the length. */
  readonly runs: Int32Array;
  /** The state of each run's cells, 1..255; where there are none, all are 1. */
  readonly states?: Uint8Array;
  /** Where the file wants the top-left corner, counted from the middle of the grid; undefined where it does not say. */
  readonly x?: number;
  readonly y?: number;
  /** Canonical rule, e.g. "B3/S23", where the file states one. */
  readonly rule?: string;
  /** Edges and size, where the file's rule states them ("B3/S23:T100,80"). A side of 0 is not bounded. */
  readonly wrap?: Wrap;
  readonly grid?: { readonly width: number; readonly height: number };
  readonly name?: string;
  /** Generations that led here, where the file says. */
  readonly generation?: number;
  /** The same cells as a tree, where the file has one: its living part begins at (0, 0). `runs` are made when read. */
  readonly tree?: CellTree;
  /** Comment lines, without their marks. */
  readonly comments: readonly string[];
}

/** Living cells of a pattern (a cell named twice counts twice). */
export function patternCells(pattern: Pattern): number {
  if (pattern.tree) return pattern.tree.population();
  let count = 0;
  for (let i = 2; i < pattern.runs.length; i += 3) count += pattern.runs[i];
  return count;
}

/** Numbers of runs that are kept together; the first chunk grows to it by doubling. */
const CHUNK = 96 * 2 ** 13;

/** @throws MemoryError */
function had<T>(make: () => T, bytes: number): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(
      `The pattern needs ${Math.ceil(bytes / 2 ** 20)} MiB in one piece while it is read, which this machine does not give: use a smaller one.`,
    );
  }
}
const numbers = (length: number): Int32Array<ArrayBuffer> => had(() => new Int32Array(length), length * 4);
const room = (length: number): Uint8Array<ArrayBuffer> => had(() => new Uint8Array(length), length);

/** Gathers runs in the order they are read. Coordinates may be negative until `finish` moves them to the corner. */
export class RunBuilder {
  /** Full ones: what grows by doubling takes three times what it holds. */
  readonly #full: Int32Array[] = [];
  #data = new Int32Array(96);
  /** Numbers in `#data`. */
  #size = 0;
  /** A state for each run, from the first one on that is not 1. */
  #states: Uint8Array | undefined;
  minX = Number.POSITIVE_INFINITY;
  minY = Number.POSITIVE_INFINITY;
  maxX = Number.NEGATIVE_INFINITY;
  maxY = Number.NEGATIVE_INFINITY;

  /** Adds cells of one state; false when the pattern would become wider or higher than a grid can be. */
  add(x: number, y: number, length: number, state = 1): boolean {
    this.minX = Math.min(this.minX, x);
    this.minY = Math.min(this.minY, y);
    this.maxX = Math.max(this.maxX, x + length - 1);
    this.maxY = Math.max(this.maxY, y);
    if (this.maxX - this.minX >= MAX_SIDE || this.maxY - this.minY >= MAX_SIDE) return false;
    const data = this.#data;
    const at = this.#size;
    const run = this.#full.length * (CHUNK / 3) + at / 3;
    if (state !== 1 && !this.#states) this.#states = room(run + data.length / 3).fill(1, 0, run);
    const last = this.#states ? this.#states[run - 1] : 1;
    if (at > 0 && last === state && data[at - 2] === y && data[at - 3] + data[at - 1] === x) {
      data[at - 1] += length;
      return true;
    }
    if (at + 3 > data.length) this.#grow();
    if (this.#states) {
      if (run >= this.#states.length) {
        const states = room(run * 2);
        states.set(this.#states);
        this.#states = states;
      }
      this.#states[run] = state;
    }
    this.#data[this.#size++] = x;
    this.#data[this.#size++] = y;
    this.#data[this.#size++] = length;
    return true;
  }

  #grow(): void {
    const data = this.#data;
    if (data.length === CHUNK) {
      this.#full.push(data);
      this.#data = numbers(CHUNK);
      this.#size = 0;
    } else {
      this.#data = numbers(Math.min(CHUNK, data.length * 2));
      this.#data.set(data);
    }
  }

  get empty(): boolean {
    return this.#size === 0 && this.#full.length === 0;
  }

  /** The states of the runs; undefined where all are 1. */
  get states(): Uint8Array | undefined {
    return this.#states?.slice(0, (this.#full.length * CHUNK + this.#size) / 3);
  }

  /** The runs, counted from (x, y). Nothing can be added after. */
  finish(x = 0, y = 0): Int32Array {
    const runs = numbers(this.#full.length * CHUNK + this.#size);
    runs.set(this.#data.subarray(0, this.#size), this.#full.length * CHUNK);
    // Given back one by one, as they are copied.
    while (this.#full.length > 0) runs.set(this.#full.pop()!, this.#full.length * CHUNK);
    if (x !== 0 || y !== 0)
      for (let i = 0; i < runs.length; i += 3) {
        runs[i] -= x;
        runs[i + 1] -= y;
      }
    return runs;
  }
}
