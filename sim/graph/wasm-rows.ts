/** Rows of cells as WebAssembly, one after another: their next states, written over generation n-1, and what differs from it. */
import type { Program } from './program.js';
import { type Code, V128 } from './wasm-code.js';
import { WasmValues } from './wasm-values.js';

export const ROW_BYTES = 16;
/** Rows that are told apart when it is said what changed. */
export const GROUP = 8;

export class WasmRows {
  readonly values: WasmValues;
  /** What differs in all rows of a group, in its first one, in the last one that was written. */
  readonly all: number;
  readonly first: number;
  readonly diff: number;
  readonly #scratches: number[];

  /**
   * @param stride Bytes from a plane of a block to its next plane. @param to Local: where results go. @param kept Local:
   * the only cells that may live. Default: all.
   */
  constructor(
    private readonly code: Code,
    private readonly program: Program,
    private readonly stride: number,
    private readonly to: number,
    private readonly kept?: number,
  ) {
    this.values = new WasmValues(code, program, stride);
    this.all = code.local(V128);
    this.first = code.local(V128);
    this.diff = code.local(V128);
    this.#scratches = program.next.map(() => code.local(V128));
  }

  /** The states of the row above the newest; only writes them. @param offset Bytes, to where they go. */
  blindly(offset: number): void {
    for (const [plane, value] of this.program.next.entries()) {
      this.code.get(this.to);
      this.values.push(value);
      this.code.store(offset + plane * this.stride);
    }
  }

  /** The states of the row above the newest; writes them and what differs. @param offset Bytes, to where they go. */
  cells(offset: number): void {
    const { code, diff } = this;
    for (const [plane, value] of this.program.next.entries()) {
      const to = offset + plane * this.stride;
      const next = this.#scratches[plane]!;
      code.get(this.to);
      this.values.push(value);
      if (this.kept !== undefined) {
        code.get(this.kept);
        code.op('and');
      }
      code.tee(next);
      code.get(this.to);
      code.load(to);
      code.op('xor');
      if (plane > 0) {
        code.get(diff);
        code.op('or');
      }
      code.set(diff);
      code.get(next);
      code.store(to);
    }
  }

  /** After `cells`, of row `row` of a group: adds up what differs. */
  note(row: number): void {
    const { code, all, diff } = this;
    code.get(diff);
    if (row === 0) code.tee(this.first);
    else {
      code.get(all);
      code.op('or');
    }
    code.set(all);
  }
}
