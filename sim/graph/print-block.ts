/**
 * A rule as WebAssembly, for whole blocks: what lies around a block is read from its head. Most blocks are of this kind;
 * those at edges that are no multiple of what is computed at once are done by rows (print-wasm.ts).
 */
import type { Program } from './program.js';
import { Code, I32, I64 } from './wasm-code.js';
import { pushFlags } from './wasm-flags.js';
import { GROUP, ROW_BYTES, WasmRows } from './wasm-rows.js';
import type { Pointers } from './wasm-values.js';

/**
 * Words of a head: addresses, in the even generation, of the last rows of the blocks north-west, north and north-east, of
 * the first rows of those west, east, south-west, south, south-east, and of the block; the number of its last group.
 */
export const HEAD = { NW: 0, N: 4, NE: 8, W: 12, E: 16, SW: 20, S: 24, SE: 28, OWN: 32, LAST: 36 } as const;

/** Parameters. */
export const [HEAD_AT, FROM, INTO, MARKED] = [0, 1, 2, 3] as const;
const GROUP_BYTES = GROUP * ROW_BYTES;

/** What functions for blocks have in common. */
export class BlockPrinter {
  protected readonly code: Code;
  /** Where the rows of this block and of those to its sides lie, where results go, and what is above or below. */
  protected readonly c: number;
  protected readonly l: number;
  protected readonly r: number;
  protected readonly to: number;
  protected readonly around: Pointers;
  protected readonly result: number;
  protected readonly rows: WasmRows;

  constructor(program: Program, stride: number, parameters: number) {
    this.code = new Code(parameters);
    const [c, l, r, to, own, left, right] = Array.from({ length: 7 }, () => this.code.local(I32)) as number[];
    this.c = c!;
    this.l = l!;
    this.r = r!;
    this.to = to!;
    this.around = [own!, left!, right!];
    this.result = this.code.local(I64);
    this.rows = new WasmRows(this.code, program, stride, this.to);
  }

  /** Reads an address from the head. */
  protected push(word: number, by: number = FROM): void {
    const { code } = this;
    code.get(HEAD_AT);
    code.load32(word);
    code.get(by);
    code.op('i32_add');
  }

  protected read(word: number, local: number, by?: number): void {
    this.push(word, by);
    this.code.set(local);
  }

  /** Where a run of rows begins: computes what is wanted of the row above, which `around` points to, and of its first. */
  protected begin(): void {
    const { values } = this.rows;
    values.row(0, this.around, 0);
    values.row(1, [this.c, this.l, this.r], 0);
  }

  /** Some rows, written out. @param below Where the row after the last one lies, and bytes to add. */
  protected written(count: number, below: Pointers, offset: number, print: (row: number) => void): void {
    const { rows, c, l, r } = this;
    for (let row = 0; row < count; row++) {
      if (row === count - 1) rows.values.row(row + 2, below, offset);
      else rows.values.row(row + 2, [c, l, r], (row + 1) * ROW_BYTES);
      print(row);
    }
  }

  /** A group, and what differs. */
  protected group(below: Pointers, offset: number): void {
    const { rows } = this;
    this.written(GROUP, below, offset, (row) => {
      rows.cells(row * ROW_BYTES);
      rows.note(row);
    });
  }

  /** On to the next rows. */
  protected forward(count: number): void {
    const { code } = this;
    this.rows.values.turn(count);
    for (const local of [this.l, this.r, this.to, this.c]) {
      code.get(local);
      code.i32(count * ROW_BYTES);
      code.op('i32_add');
      code.set(local);
    }
  }
}

/** `(head, from, into, marked) -> i64`: the groups that are marked. */
export class SomePrinter extends BlockPrinter {
  readonly #group: number;
  /** What is marked and not yet computed. */
  readonly #left: number;

  constructor(program: Program, stride: number) {
    super(program, stride, 4);
    this.#group = this.code.local(I32);
    this.#left = this.code.local(I32);
  }

  print(): Code {
    const { code, rows, c, l, r, to, around } = this;
    const group = this.#group;
    const left = this.#left;
    const bases: [number, number, number, number][] = [
      [HEAD.OWN, c, HEAD.N, HEAD.S],
      [HEAD.W, l, HEAD.NW, HEAD.SW],
      [HEAD.E, r, HEAD.NE, HEAD.SE],
    ];
    code.get(MARKED);
    code.set(left);
    // Each run of groups: the rows it begins with.
    code.loop();
    code.get(left);
    code.op('i32_ctz');
    code.set(group);
    for (const [word, local] of bases) {
      this.push(word);
      this.#pushOffset();
      code.op('i32_add');
      code.set(local);
    }
    this.push(HEAD.OWN, INTO);
    this.#pushOffset();
    code.op('i32_add');
    code.set(to);
    for (const [i, [, local, above]] of bases.entries()) {
      code.get(local);
      code.i32(-ROW_BYTES);
      code.op('i32_add');
      this.push(above);
      code.get(group);
      code.op('select');
      code.set(around[i]!);
    }
    this.begin();
    code.loop();
    for (const [i, [, local, , below]] of bases.entries()) {
      this.push(below);
      code.get(local);
      code.i32(GROUP_BYTES);
      code.op('i32_add');
      code.get(group);
      code.get(HEAD_AT);
      code.load32(HEAD.LAST);
      code.op('i32_eq');
      code.op('select');
      code.set(around[i]!);
    }
    this.group(around, 0);
    pushFlags(code, rows.all, rows.first, rows.diff);
    code.get(group);
    code.op('i64_extend_i32_u');
    code.op('i64_shl');
    code.get(this.result);
    code.op('i64_or');
    code.set(this.result);
    // The next group, if it is marked: what is known of the last rows is known of those before it.
    code.get(left);
    code.get(left);
    code.i32(1);
    code.op('i32_sub');
    code.op('i32_and');
    code.tee(left);
    code.get(group);
    code.i32(1);
    code.op('i32_add');
    code.tee(group);
    code.op('i32_shr_u');
    code.i32(1);
    code.op('i32_and');
    code.if();
    this.forward(GROUP);
    code.branch(1);
    code.op('end');
    code.op('end');
    code.get(left);
    code.branchIf(0);
    code.op('end');
    code.get(this.result);
    return code;
  }

  /** Bytes from a block to the group. */
  #pushOffset(): void {
    const { code } = this;
    code.get(this.#group);
    code.i32(7);
    code.op('i32_shl');
  }
}
