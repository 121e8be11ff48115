/** What changed in a group of rows, as bits: without a branch, since in a lively world it would be taken by chance. */
import type { Code } from './wasm-code.js';

/**
 * Leaves an i64 on the stack: bit 0 anything, 8 the first row, 16 the last row, 24 the first column, 32 the last column.
 *
 * @param all Local of the changes of all rows; `first` and `last` of one. @param east Address of the last column's mask
 * where that is not column 127. @param group All are shifted by so many bits.
 */
export function pushFlags(code: Code, all: number, first: number, last: number, east?: number, group = 0): void {
  pushAny(code, all);
  if (group > 0) {
    code.i64(group);
    code.op('i64_shl');
  }
  pushAny(code, first);
  put(code, 8 + group);
  pushAny(code, last);
  put(code, 16 + group);
  code.get(all);
  code.lane(0);
  code.i64(1);
  code.op('i64_and');
  put(code, 24 + group);
  code.get(all);
  if (east === undefined) {
    code.lane(1);
    code.i64(63);
    code.op('i64_shr_u');
  } else {
    code.i32(east);
    code.load(0);
    code.op('and', 'any_true', 'i64_extend_i32_u');
  }
  put(code, 32 + group);
}

function pushAny(code: Code, local: number): void {
  code.get(local);
  code.op('any_true', 'i64_extend_i32_u');
}

/** Puts the bit on top of the stack beside those below it. */
function put(code: Code, at: number): void {
  code.i64(at);
  code.op('i64_shl', 'i64_or');
}
