/** Blocks of which all 64 rows are computed, as most are in a lively world: see print-block.ts. */
import { BlockPrinter, HEAD, INTO } from './print-block.js';
import type { Program } from './program.js';
import { type Code, I32 } from './wasm-code.js';
import { pushFlags } from './wasm-flags.js';
import { GROUP, ROW_BYTES } from './wasm-rows.js';
import type { Pointers } from './wasm-values.js';

const GROUPS = 8;
const ROWS = GROUPS * GROUP;

/** All 64 rows, some after some. */
abstract class AllPrinter extends BlockPrinter {
  constructor(program: Program, stride: number) {
    super(program, stride, 3);
  }

  /** @param count How many at a time. @param last How many are left for the end. */
  protected all(count: number, last: number, print: (count: number, below: Pointers, offset: number) => void): void {
    const { code, c, l, r, to, around } = this;
    const end = code.local(I32);
    this.read(HEAD.OWN, c);
    this.read(HEAD.W, l);
    this.read(HEAD.E, r);
    this.read(HEAD.OWN, to, INTO);
    this.read(HEAD.NW, around[1]);
    this.read(HEAD.N, around[0]);
    this.read(HEAD.NE, around[2]);
    this.begin();
    this.read(HEAD.S, around[0]);
    this.read(HEAD.SW, around[1]);
    this.read(HEAD.SE, around[2]);
    code.get(c);
    code.i32(ROW_BYTES * (ROWS - last));
    code.op('i32_add');
    code.set(end);
    code.loop();
    print(count, [c, l, r], count * ROW_BYTES);
    this.forward(count);
    code.get(c);
    code.get(end);
    code.op('i32_lt_u');
    code.branchIf(0);
    code.op('end');
    print(last, around, 0);
  }
}

/** `(head, from, into) -> i64`: without asking what differs; the result means nothing. */
export class BlindPrinter extends AllPrinter {
  print(): Code {
    // After nine rows, unlike eight, what is known of the last ones lies where it is looked for.
    this.all(9, 1, (count, below, offset) =>
      this.written(count, below, offset, (row) => this.rows.blindly(row * ROW_BYTES)),
    );
    this.code.get(this.result);
    return this.code;
  }
}

/** `(head, from, into) -> i64`: all rows, and what differs. */
export class WholePrinter extends AllPrinter {
  print(): Code {
    this.all(GROUP, GROUP, (_, below, offset) => {
      this.group(below, offset);
      this.#note();
    });
    this.code.get(this.result);
    return this.code;
  }

  /** From the last group the masks are shifted down, as those of the following come. */
  #note(): void {
    const { code, rows } = this;
    code.get(this.result);
    code.i64(1);
    code.op('i64_shr_u');
    pushFlags(code, rows.all, rows.first, rows.diff, undefined, GROUPS - 1);
    code.op('i64_or');
    code.set(this.result);
  }
}
