/**
 * A rule as WebAssembly: a module made for the rule, which walks down rows of 128 cells. Eight rows are written out one
 * after another, with what is known of the last ones in locals. Blocks are computed by functions of their own, see
 * print-block.ts; those here are for blocks at edges.
 */
import type { Rule } from '../rule/rule.js';
import { SomePrinter } from './print-block.js';
import { BlindPrinter, WholePrinter } from './print-whole.js';
import { type Program, programOf } from './program.js';
import { Code, I32, I64, V128, wasmModule } from './wasm-code.js';
import { pushFlags } from './wasm-flags.js';
import { GROUP, ROW_BYTES, WasmRows } from './wasm-rows.js';
import type { Pointers } from './wasm-values.js';

export interface RowsOptions {
  /** Address of 16 bytes: which cells of the last block column are in the grid. */
  keep: number;
  /** Address of 16 bytes: the last column of the grid. */
  east: number;
  /** Whether the memory is a shared one. Default: no. */
  shared?: boolean;
  /** Bytes from a plane of a block to its next plane. Default 1024. */
  planeStride?: number;
  /** Planes are stored as they differ from those of this state (XOR), and will be from the other. Default: 0. */
  sky?: number;
  nextSky?: number;
}

/**
 * Makes a module that imports `env.memory` and exports `whole`, `blind` and `some` (see print-block.ts and print-whole.ts),
 * and `rows` and `rowsCut`, both `(c, l, r, n, nl, nr, s, sl, sr, dst, rows: i32) -> i64`. They compute `rows` (1..64)
 * rows, in groups of 8 (the last may be shorter). Pointers: the first row here, in the block to the left and to the right;
 * the row above it, alike; the row below the last one, alike; and where the results go, over generation n-1. `rowsCut` is
 * for blocks of the last column of a grid that ends within them: only the cells under `keep` live.
 *
 * Result: masks of 8 bits, bit g for group g: what differs from generation n-1: byte 0 anything, 1 its first row, 2 its
 * last row, 3 the first column, 4 the last column. It reads 4 bytes at `s + 1024`: leave that much behind the last block.
 */
export function compileRows(rule: Rule, options: RowsOptions): Uint8Array<ArrayBuffer> {
  const made = programOf(rule, options.sky, options.nextSky);
  const stride = options.planeStride ?? 1024;
  const functions = {
    rows: new RowsPrinter(made, options, false).print(),
    rowsCut: new RowsPrinter(made, options, true).print(),
    whole: new WholePrinter(made, stride).print(),
    blind: new BlindPrinter(made, stride).print(),
    some: new SomePrinter(made, stride).print(),
  };
  return wasmModule(functions, options.shared ?? false);
}

const [C, L, R, N, NL, NR, S, SL, SR, DST, ROWS] = Array.from({ length: 11 }, (_, parameter) => parameter);

class RowsPrinter {
  readonly #code = new Code(11);
  readonly #result = this.#code.local(I64);
  readonly #group = this.#code.local(I64);
  /** The row below the group: own, left, right. */
  readonly #next: Pointers = [this.#code.local(I32), this.#code.local(I32), this.#code.local(I32)];
  readonly #begun = this.#code.local(I32);
  readonly #kept = this.#code.local(V128);
  readonly #rows: WasmRows;

  constructor(
    program: Program,
    private readonly options: RowsOptions,
    private readonly cut: boolean,
  ) {
    this.#rows = new WasmRows(this.#code, program, options.planeStride ?? 1024, DST!, cut ? this.#kept : undefined);
  }

  print(): Code {
    const code = this.#code;
    if (!this.cut) this.#touch();
    else {
      code.i32(this.options.keep);
      code.load(0);
      code.set(this.#kept);
    }
    this.#rows.values.row(0, [N, NL, NR], 0);
    this.#rows.values.row(1, [C, L, R], 0);
    code.block();
    code.get(ROWS);
    code.i32(GROUP);
    code.op('i32_lt_u');
    code.branchIf(0);
    code.loop();
    this.#eightRows();
    code.get(ROWS);
    code.i32(GROUP);
    code.op('i32_ge_u');
    code.branchIf(0);
    code.op('end');
    code.op('end');
    code.get(ROWS);
    code.if();
    this.#fewRows();
    code.op('end');
    code.get(this.#result);
    return code;
  }

  /** Brings the block below near before its row is wanted; the processor's prefetcher does not see that coming. */
  #touch(): void {
    const code = this.#code;
    code.get(S);
    code.load32To64(1024);
    code.i64(32);
    code.op('i64_shr_u');
    code.set(this.#result);
  }

  /** A whole group, written out. */
  #eightRows(): void {
    this.#step(GROUP);
    for (let row = 0; row < GROUP; row++) {
      const last = row === GROUP - 1;
      this.#rows.values.row(row + 2, last ? this.#next : [C, L, R], last ? 0 : (row + 1) * ROW_BYTES);
      this.#rows.cells(row * ROW_BYTES);
      this.#rows.note(row);
    }
    this.#rows.values.turn(GROUP);
    this.#flags();
    this.#forward(GROUP);
  }

  /** The last, shorter group, row by row. */
  #fewRows(): void {
    const code = this.#code;
    code.i32(0);
    code.set(this.#begun);
    code.loop();
    this.#step(1);
    this.#rows.values.row(2, this.#next, 0);
    this.#rows.cells(0);
    code.get(this.#begun);
    code.if();
    this.#rows.note(1);
    code.op('else');
    this.#rows.note(0);
    code.op('end');
    code.i32(1);
    code.set(this.#begun);
    this.#rows.values.turn(1);
    this.#forward(1);
    code.get(ROWS);
    code.branchIf(0);
    code.op('end');
    this.#flags();
  }

  /** Counts rows, and finds where the next one lies: below the last one it lies in another block. */
  #step(rows: number): void {
    const code = this.#code;
    code.get(ROWS);
    code.i32(rows);
    code.op('i32_sub');
    code.set(ROWS);
    for (const [i, [here, below]] of [
      [C, S],
      [L, SL],
      [R, SR],
    ].entries()) {
      code.get(here);
      code.i32(rows * ROW_BYTES);
      code.op('i32_add');
      code.get(below);
      code.get(ROWS);
      code.op('select');
      code.set(this.#next[i]);
    }
  }

  #forward(rows: number): void {
    const code = this.#code;
    for (const [i, pointer] of [C, L, R].entries()) {
      code.get(this.#next[i]);
      code.set(pointer);
    }
    code.get(DST);
    code.i32(rows * ROW_BYTES);
    code.op('i32_add');
    code.set(DST);
  }

  /** Adds the masks of a group to the result. */
  #flags(): void {
    const code = this.#code;
    pushFlags(code, this.#rows.all, this.#rows.first, this.#rows.diff, this.cut ? this.options.east : undefined);
    code.get(this.#group);
    code.op('i64_shl');
    code.get(this.#result);
    code.op('i64_or');
    code.set(this.#result);
    code.get(this.#group);
    code.i64(1);
    code.op('i64_add');
    code.set(this.#group);
  }
}
