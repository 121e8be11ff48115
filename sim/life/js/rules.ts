/**
 * Columns for any rule. Where a page's policy allows it, a function is made for the rule; else the number of neighbours
 * is built as bit-planes, and a tree of multiplexers picks, for each cell, the leaf of its number:
 * `birth[n] ^ (cell & (birth[n] ^ survival[n]))`, masks of all ones or none.
 */
import { interpretColumn } from '../../graph/interpret.js';
import { compileKernel, joinKernels } from '../../graph/print-js.js';
import { type Program, programOf } from '../../graph/program.js';
import type { Rule, TotalisticRule } from '../../rule/rule.js';
import { byColumns, type Column, type ColumnKernel, type Kernel } from './kernel.js';
import { LIFE } from './printed.js';

/**
 * The fastest kernel there is for a rule.
 *
 * @param planeStride Words from a plane of a cell to its next plane.
 * @param sky Cells are stored as they differ from this state, and will be from `nextSky`.
 * @throws RuleError for Larger than Life.
 */
export function kernelFor(rule: Rule, planeStride = 0, sky = 0, nextSky = 0): Kernel {
  const program = programOf(rule, sky, nextSky);
  return compileKernel(program, planeStride) ?? plainKernel(rule, program, planeStride, sky, nextSky);
}

function plainKernel(rule: Rule, program: Program, planeStride: number, sky: number, nextSky: number): Kernel {
  if (rule.kind !== 'totalistic' || (sky | nextSky) !== 0) return byColumns(interpretColumn(program, planeStride));
  return rule.text === 'B3/S23' ? joinKernels(LIFE) : byColumns(maskColumn(rule));
}

/** A kernel for any rule with sums of neighbours. */
export function maskColumn(rule: TotalisticRule): ColumnKernel {
  const leaves = ruleLeaves(rule);
  const kernel = rule.neighborhood === 'moore' ? mooreColumn : neumannColumn;
  return (src, dst, column, changes) => kernel(src, dst, column, changes, leaves);
}

/** The leaves of a rule: for n neighbours, births at 2n and what survival changes about them at 2n + 1. */
function ruleLeaves(rule: TotalisticRule): Int32Array {
  const leaves = new Int32Array(18);
  for (let n = 0; n <= 8; n++) {
    leaves[2 * n] = -((rule.birth >> n) & 1);
    leaves[2 * n + 1] = leaves[2 * n] ^ -((rule.survival >> n) & 1);
  }
  return leaves;
}

function mooreColumn(src: Int32Array, dst: Int32Array, column: Column, changes: Int32Array, leaves: Int32Array): void {
  // Read once a column: inside the loop they would be read for every row.
  const b0 = leaves[0];
  const x0 = leaves[1];
  const b1 = leaves[2];
  const x1 = leaves[3];
  const b2 = leaves[4];
  const x2 = leaves[5];
  const b3 = leaves[6];
  const x3 = leaves[7];
  const b4 = leaves[8];
  const x4 = leaves[9];
  const b5 = leaves[10];
  const x5 = leaves[11];
  const b6 = leaves[12];
  const x6 = leaves[13];
  const b7 = leaves[14];
  const x7 = leaves[15];
  const b8 = leaves[16];
  const x8 = leaves[17];
  const { c, l, r, n, nl, nr, rows, leftBit, lastBit } = column;
  const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
  let v = src[n];
  let left = (v << 1) | ((src[nl] >>> leftBit) & 1);
  let right = (v >>> 1) | ((src[nr] & 1) << lastBit);
  let s0 = left ^ right;
  let a0 = s0 ^ v;
  let a1 = (left & right) | (s0 & v);
  v = src[c];
  left = (v << 1) | ((src[l] >>> leftBit) & 1);
  right = (v >>> 1) | ((src[r] & 1) << lastBit);
  s0 = left ^ right;
  let s1 = left & right;
  let t0 = s0 ^ v;
  let t1 = s1 | (s0 & v);
  let p = c;
  let pl = l;
  let pr = r;
  for (let y = 1; y <= rows; y++) {
    const at = p;
    if (y === rows) {
      p = column.s;
      pl = column.sl;
      pr = column.sr;
    } else {
      p += 4;
      pl += 4;
      pr += 4;
    }
    const w = src[p];
    left = (w << 1) | ((src[pl] >>> leftBit) & 1);
    right = (w >>> 1) | ((src[pr] & 1) << lastBit);
    const z0 = left ^ right;
    const z1 = left & right;
    const d0 = z0 ^ w;
    const d1 = z1 | (z0 & w);
    const x = a0 ^ s0;
    const u0 = x ^ d0;
    const u1 = (a0 & s0) | (x & d0);
    // Four twos: their sum's planes are the number's twos, fours and eights.
    const e = a1 ^ d1;
    const f = s1 ^ u1;
    const g1 = a1 & d1;
    const g2 = s1 & u1;
    const k = e & f;
    const n1 = e ^ f;
    const n2 = g1 ^ g2 ^ k;
    const n3 = g1 & g2;
    const m01 = pick(u0, b0 ^ (v & x0), b1 ^ (v & x1));
    const m23 = pick(u0, b2 ^ (v & x2), b3 ^ (v & x3));
    const m45 = pick(u0, b4 ^ (v & x4), b5 ^ (v & x5));
    const m67 = pick(u0, b6 ^ (v & x6), b7 ^ (v & x7));
    const next = pick(n3, pick(n2, pick(n1, m01, m23), pick(n1, m45, m67)), b8 ^ (v & x8)) & keep;
    changes[y - 1] = next ^ dst[at];
    dst[at] = next;
    a0 = t0;
    a1 = t1;
    s0 = z0;
    s1 = z1;
    t0 = d0;
    t1 = d1;
    v = w;
  }
}

function neumannColumn(
  src: Int32Array,
  dst: Int32Array,
  column: Column,
  changes: Int32Array,
  leaves: Int32Array,
): void {
  const b0 = leaves[0];
  const x0 = leaves[1];
  const b1 = leaves[2];
  const x1 = leaves[3];
  const b2 = leaves[4];
  const x2 = leaves[5];
  const b3 = leaves[6];
  const x3 = leaves[7];
  const b4 = leaves[8];
  const x4 = leaves[9];
  const { c, l, r, n, rows, leftBit, lastBit } = column;
  const keep = lastBit === 31 ? -1 : (1 << (lastBit + 1)) - 1;
  let above = src[n];
  let v = src[c];
  for (let y = 0; y < rows; y++) {
    const at = c + 4 * y;
    const left = (v << 1) | ((src[l + 4 * y] >>> leftBit) & 1);
    const right = (v >>> 1) | ((src[r + 4 * y] & 1) << lastBit);
    const below = src[y === rows - 1 ? column.s : at + 4];
    const s0 = left ^ right;
    const s1 = left & right;
    const z0 = above ^ below;
    const z1 = above & below;
    const u0 = s0 ^ z0;
    const n1 = (s1 ^ z1) | (s0 & z0);
    const n2 = s1 & z1;
    const m01 = pick(u0, b0 ^ (v & x0), b1 ^ (v & x1));
    const m23 = pick(u0, b2 ^ (v & x2), b3 ^ (v & x3));
    const next = pick(n2, pick(n1, m01, m23), b4 ^ (v & x4)) & keep;
    changes[y] = next ^ dst[at];
    dst[at] = next;
    above = v;
    v = below;
  }
}

/** Bit by bit: `zero` where `by` is 0, `one` where it is 1. */
function pick(by: number, zero: number, one: number): number {
  return zero ^ (by & (zero ^ one));
}
