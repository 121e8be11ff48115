// Printed by scripts/print-kernels.ts: do not edit.
// biome-ignore-all format: it is as it was printed
// biome-ignore-all lint: it is as it was printed
// @ts-nocheck: some of what is printed is not used
import type { Shape } from '../../graph/js-rows.js';
import type { BlockKernel } from './kernel.js';

/** B3/S23 on the Moore neighbourhood. */
export const LIFE: Readonly<Record<Shape, BlockKernel>> = {
  pair(src, dst, at, marked) {
'use strict';
const own = at[0], lastWord = 3, lastGroup = 7;
let any = 0,northern = 0,southern = 0,western = 0,eastern = 0;
let p = 0, pl = 0, pr = 0, unused = 0,v0_a_0 = 0,v1_a_0 = 0,v0_b_0 = 0,v2_b_0 = 0,v1_b_0 = 0,v3_b_0 = 0,v4_b_0 = 0,v0_a_1 = 0,v1_a_1 = 0,v0_b_1 = 0,v2_b_1 = 0,v1_b_1 = 0,v3_b_1 = 0,v4_b_1 = 0;
for (let k = 0; k <= lastWord; k = k + 2 | 0) {
  let left = marked >>> (k << 3) & 255;
  const west = k === 0 ? at[1] + 3 | 0 : own + k - 1 | 0;
  const east = k === 2 ? at[2] : own + k + 2 | 0;
  
  
  while (left !== 0) {
    let g = 31 - Math.clz32(left & -left), bit = 1 << (k << 3) + g, to = own + k + (g << 5) & 0x3fffffff;
    if (g === 0) { p = at[3] + k & 0x3fffffff; pl = (k === 0 ? at[4] + 3 : p - 1) & 0x3fffffff; pr = (k === 2 ? at[5] : p + 2) & 0x3fffffff; } else { p = to - 4 & 0x3fffffff; pl = west + (g << 5) - 4 & 0x3fffffff; pr = east + (g << 5) - 4 & 0x3fffffff; }
    { const v4_0_0 = src[p]; const v5_0_0 = (v4_0_0 << 1 | src[pl] >>> 31); const v4_0_1 = src[p + 1]; const v6_0_0 = (v4_0_0 >>> 1 | v4_0_1 << 31); const v2_0_0 = (v5_0_0 & v6_0_0); const v3_0_0 = (v5_0_0 ^ v6_0_0); const v0_0_0 = (v2_0_0 | (v4_0_0 & v3_0_0)); const v1_0_0 = (v4_0_0 ^ v3_0_0); const v5_0_1 = (v4_0_1 << 1 | v4_0_0 >>> 31); const v6_0_1 = (v4_0_1 >>> 1 | src[pr] << 31); const v2_0_1 = (v5_0_1 & v6_0_1); const v3_0_1 = (v5_0_1 ^ v6_0_1); const v0_0_1 = (v2_0_1 | (v4_0_1 & v3_0_1)); const v1_0_1 = (v4_0_1 ^ v3_0_1); v0_a_0 = v0_0_0; v1_a_0 = v1_0_0; v0_a_1 = v0_0_1; v1_a_1 = v1_0_1; }
    p = to & 0x3fffffff; pl = west + (g << 5) & 0x3fffffff; pr = east + (g << 5) & 0x3fffffff;
    { const v4_1_0 = src[p]; const v5_1_0 = (v4_1_0 << 1 | src[pl] >>> 31); const v4_1_1 = src[p + 1]; const v6_1_0 = (v4_1_0 >>> 1 | v4_1_1 << 31); const v2_1_0 = (v5_1_0 & v6_1_0); const v3_1_0 = (v5_1_0 ^ v6_1_0); const v0_1_0 = (v2_1_0 | (v4_1_0 & v3_1_0)); const v1_1_0 = (v4_1_0 ^ v3_1_0); const v5_1_1 = (v4_1_1 << 1 | v4_1_0 >>> 31); const v6_1_1 = (v4_1_1 >>> 1 | src[pr] << 31); const v2_1_1 = (v5_1_1 & v6_1_1); const v3_1_1 = (v5_1_1 ^ v6_1_1); const v0_1_1 = (v2_1_1 | (v4_1_1 & v3_1_1)); const v1_1_1 = (v4_1_1 ^ v3_1_1); v0_b_0 = v0_1_0; v2_b_0 = v2_1_0; v1_b_0 = v1_1_0; v3_b_0 = v3_1_0; v4_b_0 = v4_1_0; v0_b_1 = v0_1_1; v2_b_1 = v2_1_1; v1_b_1 = v1_1_1; v3_b_1 = v3_1_1; v4_b_1 = v4_1_1; }
    for (;;) {
      let all0 = 0, first0 = 0, diff0 = 0,all1 = 0, first1 = 0, diff1 = 0;
      {
      const v0_0_0 = v0_a_0,v1_0_0 = v1_a_0,v0_1_0 = v0_b_0,v2_1_0 = v2_b_0,v1_1_0 = v1_b_0,v3_1_0 = v3_b_0,v4_1_0 = v4_b_0,v0_0_1 = v0_a_1,v1_0_1 = v1_a_1,v0_1_1 = v0_b_1,v2_1_1 = v2_b_1,v1_1_1 = v1_b_1,v3_1_1 = v3_b_1,v4_1_1 = v4_b_1;
const v4_2_0 = src[p + 4]; const v5_2_0 = (v4_2_0 << 1 | src[pl + 4] >>> 31); const v4_2_1 = src[p + 5]; const v6_2_0 = (v4_2_0 >>> 1 | v4_2_1 << 31); const v2_2_0 = (v5_2_0 & v6_2_0); const v3_2_0 = (v5_2_0 ^ v6_2_0); const v0_2_0 = (v2_2_0 | (v4_2_0 & v3_2_0)); const v1_2_0 = (v4_2_0 ^ v3_2_0); const v5_2_1 = (v4_2_1 << 1 | v4_2_0 >>> 31); const v6_2_1 = (v4_2_1 >>> 1 | src[pr + 4] << 31); const v2_2_1 = (v5_2_1 & v6_2_1); const v3_2_1 = (v5_2_1 ^ v6_2_1); const v0_2_1 = (v2_2_1 | (v4_2_1 & v3_2_1)); const v1_2_1 = (v4_2_1 ^ v3_2_1);
const v8_2_0 = (v1_0_0 ^ v3_1_0); const v7_2_0 = ((v1_0_0 & v3_1_0) | (v1_2_0 & v8_2_0)); const next0_1_0 = ((((v0_0_0 ^ v0_2_0) ^ (v2_1_0 ^ v7_2_0)) & ~((v0_0_0 & v0_2_0) | (v2_1_0 & v7_2_0))) & (v4_1_0 | (v1_2_0 ^ v8_2_0))); const to0_1_0 = to; diff0 = next0_1_0 ^ dst[to0_1_0]; dst[to0_1_0] = next0_1_0; all0 |= diff0; const v8_2_1 = (v1_0_1 ^ v3_1_1); const v7_2_1 = ((v1_0_1 & v3_1_1) | (v1_2_1 & v8_2_1)); const next0_1_1 = ((((v0_0_1 ^ v0_2_1) ^ (v2_1_1 ^ v7_2_1)) & ~((v0_0_1 & v0_2_1) | (v2_1_1 & v7_2_1))) & (v4_1_1 | (v1_2_1 ^ v8_2_1))); const to0_1_1 = to + 1; diff1 = next0_1_1 ^ dst[to0_1_1]; dst[to0_1_1] = next0_1_1; all1 |= diff1;
first0 = diff0; first1 = diff1;
const v4_3_0 = src[p + 8]; const v5_3_0 = (v4_3_0 << 1 | src[pl + 8] >>> 31); const v4_3_1 = src[p + 9]; const v6_3_0 = (v4_3_0 >>> 1 | v4_3_1 << 31); const v2_3_0 = (v5_3_0 & v6_3_0); const v3_3_0 = (v5_3_0 ^ v6_3_0); const v0_3_0 = (v2_3_0 | (v4_3_0 & v3_3_0)); const v1_3_0 = (v4_3_0 ^ v3_3_0); const v5_3_1 = (v4_3_1 << 1 | v4_3_0 >>> 31); const v6_3_1 = (v4_3_1 >>> 1 | src[pr + 8] << 31); const v2_3_1 = (v5_3_1 & v6_3_1); const v3_3_1 = (v5_3_1 ^ v6_3_1); const v0_3_1 = (v2_3_1 | (v4_3_1 & v3_3_1)); const v1_3_1 = (v4_3_1 ^ v3_3_1);
const v8_3_0 = (v1_1_0 ^ v3_2_0); const v7_3_0 = ((v1_1_0 & v3_2_0) | (v1_3_0 & v8_3_0)); const next0_2_0 = ((((v0_1_0 ^ v0_3_0) ^ (v2_2_0 ^ v7_3_0)) & ~((v0_1_0 & v0_3_0) | (v2_2_0 & v7_3_0))) & (v4_2_0 | (v1_3_0 ^ v8_3_0))); const to0_2_0 = to + 4; diff0 = next0_2_0 ^ dst[to0_2_0]; dst[to0_2_0] = next0_2_0; all0 |= diff0; const v8_3_1 = (v1_1_1 ^ v3_2_1); const v7_3_1 = ((v1_1_1 & v3_2_1) | (v1_3_1 & v8_3_1)); const next0_2_1 = ((((v0_1_1 ^ v0_3_1) ^ (v2_2_1 ^ v7_3_1)) & ~((v0_1_1 & v0_3_1) | (v2_2_1 & v7_3_1))) & (v4_2_1 | (v1_3_1 ^ v8_3_1))); const to0_2_1 = to + 5; diff1 = next0_2_1 ^ dst[to0_2_1]; dst[to0_2_1] = next0_2_1; all1 |= diff1;
const v4_4_0 = src[p + 12]; const v5_4_0 = (v4_4_0 << 1 | src[pl + 12] >>> 31); const v4_4_1 = src[p + 13]; const v6_4_0 = (v4_4_0 >>> 1 | v4_4_1 << 31); const v2_4_0 = (v5_4_0 & v6_4_0); const v3_4_0 = (v5_4_0 ^ v6_4_0); const v0_4_0 = (v2_4_0 | (v4_4_0 & v3_4_0)); const v1_4_0 = (v4_4_0 ^ v3_4_0); const v5_4_1 = (v4_4_1 << 1 | v4_4_0 >>> 31); const v6_4_1 = (v4_4_1 >>> 1 | src[pr + 12] << 31); const v2_4_1 = (v5_4_1 & v6_4_1); const v3_4_1 = (v5_4_1 ^ v6_4_1); const v0_4_1 = (v2_4_1 | (v4_4_1 & v3_4_1)); const v1_4_1 = (v4_4_1 ^ v3_4_1);
const v8_4_0 = (v1_2_0 ^ v3_3_0); const v7_4_0 = ((v1_2_0 & v3_3_0) | (v1_4_0 & v8_4_0)); const next0_3_0 = ((((v0_2_0 ^ v0_4_0) ^ (v2_3_0 ^ v7_4_0)) & ~((v0_2_0 & v0_4_0) | (v2_3_0 & v7_4_0))) & (v4_3_0 | (v1_4_0 ^ v8_4_0))); const to0_3_0 = to + 8; diff0 = next0_3_0 ^ dst[to0_3_0]; dst[to0_3_0] = next0_3_0; all0 |= diff0; const v8_4_1 = (v1_2_1 ^ v3_3_1); const v7_4_1 = ((v1_2_1 & v3_3_1) | (v1_4_1 & v8_4_1)); const next0_3_1 = ((((v0_2_1 ^ v0_4_1) ^ (v2_3_1 ^ v7_4_1)) & ~((v0_2_1 & v0_4_1) | (v2_3_1 & v7_4_1))) & (v4_3_1 | (v1_4_1 ^ v8_4_1))); const to0_3_1 = to + 9; diff1 = next0_3_1 ^ dst[to0_3_1]; dst[to0_3_1] = next0_3_1; all1 |= diff1;
const v4_5_0 = src[p + 16]; const v5_5_0 = (v4_5_0 << 1 | src[pl + 16] >>> 31); const v4_5_1 = src[p + 17]; const v6_5_0 = (v4_5_0 >>> 1 | v4_5_1 << 31); const v2_5_0 = (v5_5_0 & v6_5_0); const v3_5_0 = (v5_5_0 ^ v6_5_0); const v0_5_0 = (v2_5_0 | (v4_5_0 & v3_5_0)); const v1_5_0 = (v4_5_0 ^ v3_5_0); const v5_5_1 = (v4_5_1 << 1 | v4_5_0 >>> 31); const v6_5_1 = (v4_5_1 >>> 1 | src[pr + 16] << 31); const v2_5_1 = (v5_5_1 & v6_5_1); const v3_5_1 = (v5_5_1 ^ v6_5_1); const v0_5_1 = (v2_5_1 | (v4_5_1 & v3_5_1)); const v1_5_1 = (v4_5_1 ^ v3_5_1);
const v8_5_0 = (v1_3_0 ^ v3_4_0); const v7_5_0 = ((v1_3_0 & v3_4_0) | (v1_5_0 & v8_5_0)); const next0_4_0 = ((((v0_3_0 ^ v0_5_0) ^ (v2_4_0 ^ v7_5_0)) & ~((v0_3_0 & v0_5_0) | (v2_4_0 & v7_5_0))) & (v4_4_0 | (v1_5_0 ^ v8_5_0))); const to0_4_0 = to + 12; diff0 = next0_4_0 ^ dst[to0_4_0]; dst[to0_4_0] = next0_4_0; all0 |= diff0; const v8_5_1 = (v1_3_1 ^ v3_4_1); const v7_5_1 = ((v1_3_1 & v3_4_1) | (v1_5_1 & v8_5_1)); const next0_4_1 = ((((v0_3_1 ^ v0_5_1) ^ (v2_4_1 ^ v7_5_1)) & ~((v0_3_1 & v0_5_1) | (v2_4_1 & v7_5_1))) & (v4_4_1 | (v1_5_1 ^ v8_5_1))); const to0_4_1 = to + 13; diff1 = next0_4_1 ^ dst[to0_4_1]; dst[to0_4_1] = next0_4_1; all1 |= diff1;
const v4_6_0 = src[p + 20]; const v5_6_0 = (v4_6_0 << 1 | src[pl + 20] >>> 31); const v4_6_1 = src[p + 21]; const v6_6_0 = (v4_6_0 >>> 1 | v4_6_1 << 31); const v2_6_0 = (v5_6_0 & v6_6_0); const v3_6_0 = (v5_6_0 ^ v6_6_0); const v0_6_0 = (v2_6_0 | (v4_6_0 & v3_6_0)); const v1_6_0 = (v4_6_0 ^ v3_6_0); const v5_6_1 = (v4_6_1 << 1 | v4_6_0 >>> 31); const v6_6_1 = (v4_6_1 >>> 1 | src[pr + 20] << 31); const v2_6_1 = (v5_6_1 & v6_6_1); const v3_6_1 = (v5_6_1 ^ v6_6_1); const v0_6_1 = (v2_6_1 | (v4_6_1 & v3_6_1)); const v1_6_1 = (v4_6_1 ^ v3_6_1);
const v8_6_0 = (v1_4_0 ^ v3_5_0); const v7_6_0 = ((v1_4_0 & v3_5_0) | (v1_6_0 & v8_6_0)); const next0_5_0 = ((((v0_4_0 ^ v0_6_0) ^ (v2_5_0 ^ v7_6_0)) & ~((v0_4_0 & v0_6_0) | (v2_5_0 & v7_6_0))) & (v4_5_0 | (v1_6_0 ^ v8_6_0))); const to0_5_0 = to + 16; diff0 = next0_5_0 ^ dst[to0_5_0]; dst[to0_5_0] = next0_5_0; all0 |= diff0; const v8_6_1 = (v1_4_1 ^ v3_5_1); const v7_6_1 = ((v1_4_1 & v3_5_1) | (v1_6_1 & v8_6_1)); const next0_5_1 = ((((v0_4_1 ^ v0_6_1) ^ (v2_5_1 ^ v7_6_1)) & ~((v0_4_1 & v0_6_1) | (v2_5_1 & v7_6_1))) & (v4_5_1 | (v1_6_1 ^ v8_6_1))); const to0_5_1 = to + 17; diff1 = next0_5_1 ^ dst[to0_5_1]; dst[to0_5_1] = next0_5_1; all1 |= diff1;
const v4_7_0 = src[p + 24]; const v5_7_0 = (v4_7_0 << 1 | src[pl + 24] >>> 31); const v4_7_1 = src[p + 25]; const v6_7_0 = (v4_7_0 >>> 1 | v4_7_1 << 31); const v2_7_0 = (v5_7_0 & v6_7_0); const v3_7_0 = (v5_7_0 ^ v6_7_0); const v0_7_0 = (v2_7_0 | (v4_7_0 & v3_7_0)); const v1_7_0 = (v4_7_0 ^ v3_7_0); const v5_7_1 = (v4_7_1 << 1 | v4_7_0 >>> 31); const v6_7_1 = (v4_7_1 >>> 1 | src[pr + 24] << 31); const v2_7_1 = (v5_7_1 & v6_7_1); const v3_7_1 = (v5_7_1 ^ v6_7_1); const v0_7_1 = (v2_7_1 | (v4_7_1 & v3_7_1)); const v1_7_1 = (v4_7_1 ^ v3_7_1);
const v8_7_0 = (v1_5_0 ^ v3_6_0); const v7_7_0 = ((v1_5_0 & v3_6_0) | (v1_7_0 & v8_7_0)); const next0_6_0 = ((((v0_5_0 ^ v0_7_0) ^ (v2_6_0 ^ v7_7_0)) & ~((v0_5_0 & v0_7_0) | (v2_6_0 & v7_7_0))) & (v4_6_0 | (v1_7_0 ^ v8_7_0))); const to0_6_0 = to + 20; diff0 = next0_6_0 ^ dst[to0_6_0]; dst[to0_6_0] = next0_6_0; all0 |= diff0; const v8_7_1 = (v1_5_1 ^ v3_6_1); const v7_7_1 = ((v1_5_1 & v3_6_1) | (v1_7_1 & v8_7_1)); const next0_6_1 = ((((v0_5_1 ^ v0_7_1) ^ (v2_6_1 ^ v7_7_1)) & ~((v0_5_1 & v0_7_1) | (v2_6_1 & v7_7_1))) & (v4_6_1 | (v1_7_1 ^ v8_7_1))); const to0_6_1 = to + 21; diff1 = next0_6_1 ^ dst[to0_6_1]; dst[to0_6_1] = next0_6_1; all1 |= diff1;
const v4_8_0 = src[p + 28]; const v5_8_0 = (v4_8_0 << 1 | src[pl + 28] >>> 31); const v4_8_1 = src[p + 29]; const v6_8_0 = (v4_8_0 >>> 1 | v4_8_1 << 31); const v2_8_0 = (v5_8_0 & v6_8_0); const v3_8_0 = (v5_8_0 ^ v6_8_0); const v0_8_0 = (v2_8_0 | (v4_8_0 & v3_8_0)); const v1_8_0 = (v4_8_0 ^ v3_8_0); const v5_8_1 = (v4_8_1 << 1 | v4_8_0 >>> 31); const v6_8_1 = (v4_8_1 >>> 1 | src[pr + 28] << 31); const v2_8_1 = (v5_8_1 & v6_8_1); const v3_8_1 = (v5_8_1 ^ v6_8_1); const v0_8_1 = (v2_8_1 | (v4_8_1 & v3_8_1)); const v1_8_1 = (v4_8_1 ^ v3_8_1);
const v8_8_0 = (v1_6_0 ^ v3_7_0); const v7_8_0 = ((v1_6_0 & v3_7_0) | (v1_8_0 & v8_8_0)); const next0_7_0 = ((((v0_6_0 ^ v0_8_0) ^ (v2_7_0 ^ v7_8_0)) & ~((v0_6_0 & v0_8_0) | (v2_7_0 & v7_8_0))) & (v4_7_0 | (v1_8_0 ^ v8_8_0))); const to0_7_0 = to + 24; diff0 = next0_7_0 ^ dst[to0_7_0]; dst[to0_7_0] = next0_7_0; all0 |= diff0; const v8_8_1 = (v1_6_1 ^ v3_7_1); const v7_8_1 = ((v1_6_1 & v3_7_1) | (v1_8_1 & v8_8_1)); const next0_7_1 = ((((v0_6_1 ^ v0_8_1) ^ (v2_7_1 ^ v7_8_1)) & ~((v0_6_1 & v0_8_1) | (v2_7_1 & v7_8_1))) & (v4_7_1 | (v1_8_1 ^ v8_8_1))); const to0_7_1 = to + 25; diff1 = next0_7_1 ^ dst[to0_7_1]; dst[to0_7_1] = next0_7_1; all1 |= diff1;
if (g === 7) { p = at[6] + k & 0x3fffffff; pl = (k === 0 ? at[7] + 3 : p - 1) & 0x3fffffff; pr = (k === 2 ? at[8] : p + 2) & 0x3fffffff; } else { p = p + 32 & 0x3fffffff; pl = pl + 32 & 0x3fffffff; pr = pr + 32 & 0x3fffffff; }
const v4_9_0 = src[p]; const v5_9_0 = (v4_9_0 << 1 | src[pl] >>> 31); const v4_9_1 = src[p + 1]; const v6_9_0 = (v4_9_0 >>> 1 | v4_9_1 << 31); const v2_9_0 = (v5_9_0 & v6_9_0); const v3_9_0 = (v5_9_0 ^ v6_9_0); const v0_9_0 = (v2_9_0 | (v4_9_0 & v3_9_0)); const v1_9_0 = (v4_9_0 ^ v3_9_0); const v5_9_1 = (v4_9_1 << 1 | v4_9_0 >>> 31); const v6_9_1 = (v4_9_1 >>> 1 | src[pr] << 31); const v2_9_1 = (v5_9_1 & v6_9_1); const v3_9_1 = (v5_9_1 ^ v6_9_1); const v0_9_1 = (v2_9_1 | (v4_9_1 & v3_9_1)); const v1_9_1 = (v4_9_1 ^ v3_9_1);
const v8_9_0 = (v1_7_0 ^ v3_8_0); const v7_9_0 = ((v1_7_0 & v3_8_0) | (v1_9_0 & v8_9_0)); const next0_8_0 = ((((v0_7_0 ^ v0_9_0) ^ (v2_8_0 ^ v7_9_0)) & ~((v0_7_0 & v0_9_0) | (v2_8_0 & v7_9_0))) & (v4_8_0 | (v1_9_0 ^ v8_9_0))); const to0_8_0 = to + 28; diff0 = next0_8_0 ^ dst[to0_8_0]; dst[to0_8_0] = next0_8_0; all0 |= diff0; const v8_9_1 = (v1_7_1 ^ v3_8_1); const v7_9_1 = ((v1_7_1 & v3_8_1) | (v1_9_1 & v8_9_1)); const next0_8_1 = ((((v0_7_1 ^ v0_9_1) ^ (v2_8_1 ^ v7_9_1)) & ~((v0_7_1 & v0_9_1) | (v2_8_1 & v7_9_1))) & (v4_8_1 | (v1_9_1 ^ v8_9_1))); const to0_8_1 = to + 29; diff1 = next0_8_1 ^ dst[to0_8_1]; dst[to0_8_1] = next0_8_1; all1 |= diff1;
v0_a_0 = v0_8_0; v1_a_0 = v1_8_0; v0_b_0 = v0_9_0; v2_b_0 = v2_9_0; v1_b_0 = v1_9_0; v3_b_0 = v3_9_0; v4_b_0 = v4_9_0; v0_a_1 = v0_8_1; v1_a_1 = v1_8_1; v0_b_1 = v0_9_1; v2_b_1 = v2_9_1; v1_b_1 = v1_9_1; v3_b_1 = v3_9_1; v4_b_1 = v4_9_1;
to = to + 32 & 0x3fffffff;
      }
      if (all0 !== 0) {
        const piece = bit << 0;
        any |= piece;
        if (first0 !== 0) northern |= piece;
        if (diff0 !== 0) southern |= piece;
        if ((all0 & 1) !== 0) western |= piece;
        if (all0 < 0) eastern |= piece;
      } if (all1 !== 0) {
        const piece = bit << 8;
        any |= piece;
        if (first1 !== 0) northern |= piece;
        if (diff1 !== 0) southern |= piece;
        if ((all1 & 1) !== 0) western |= piece;
        if (all1 < 0) eastern |= piece;
      }
      g = g + 1 | 0;
      if ((left >>> g & 1) === 0) break;
      bit <<= 1;
    }
    left = left >>> g << g;
  }
}
at[14] |= any; at[15] |= northern; at[16] |= southern; at[17] |= western; at[18] |= eastern;
  },
  blind(src, dst, at, marked) {
'use strict';
let p = 0, pl = 0, pr = 0, to = at[0] & 0x3fffffff, unused = 0,v0_a_0 = 0,v1_a_0 = 0,v0_b_0 = 0,v2_b_0 = 0,v1_b_0 = 0,v3_b_0 = 0,v4_b_0 = 0,v0_a_1 = 0,v1_a_1 = 0,v0_b_1 = 0,v2_b_1 = 0,v1_b_1 = 0,v3_b_1 = 0,v4_b_1 = 0,v0_a_2 = 0,v1_a_2 = 0,v0_b_2 = 0,v2_b_2 = 0,v1_b_2 = 0,v3_b_2 = 0,v4_b_2 = 0,v0_a_3 = 0,v1_a_3 = 0,v0_b_3 = 0,v2_b_3 = 0,v1_b_3 = 0,v3_b_3 = 0,v4_b_3 = 0;
p = at[3] & 0x3fffffff; pl = at[4] + 3 & 0x3fffffff; pr = at[5] & 0x3fffffff;
{ const v4_0_0 = src[p]; const v5_0_0 = (v4_0_0 << 1 | src[pl] >>> 31); const v4_0_1 = src[p + 1]; const v6_0_0 = (v4_0_0 >>> 1 | v4_0_1 << 31); const v2_0_0 = (v5_0_0 & v6_0_0); const v3_0_0 = (v5_0_0 ^ v6_0_0); const v0_0_0 = (v2_0_0 | (v4_0_0 & v3_0_0)); const v1_0_0 = (v4_0_0 ^ v3_0_0); const v5_0_1 = (v4_0_1 << 1 | v4_0_0 >>> 31); const v4_0_2 = src[p + 2]; const v6_0_1 = (v4_0_1 >>> 1 | v4_0_2 << 31); const v2_0_1 = (v5_0_1 & v6_0_1); const v3_0_1 = (v5_0_1 ^ v6_0_1); const v0_0_1 = (v2_0_1 | (v4_0_1 & v3_0_1)); const v1_0_1 = (v4_0_1 ^ v3_0_1); const v5_0_2 = (v4_0_2 << 1 | v4_0_1 >>> 31); const v4_0_3 = src[p + 3]; const v6_0_2 = (v4_0_2 >>> 1 | v4_0_3 << 31); const v2_0_2 = (v5_0_2 & v6_0_2); const v3_0_2 = (v5_0_2 ^ v6_0_2); const v0_0_2 = (v2_0_2 | (v4_0_2 & v3_0_2)); const v1_0_2 = (v4_0_2 ^ v3_0_2); const v5_0_3 = (v4_0_3 << 1 | v4_0_2 >>> 31); const v6_0_3 = (v4_0_3 >>> 1 | src[pr] << 31); const v2_0_3 = (v5_0_3 & v6_0_3); const v3_0_3 = (v5_0_3 ^ v6_0_3); const v0_0_3 = (v2_0_3 | (v4_0_3 & v3_0_3)); const v1_0_3 = (v4_0_3 ^ v3_0_3); v0_a_0 = v0_0_0; v1_a_0 = v1_0_0; v0_a_1 = v0_0_1; v1_a_1 = v1_0_1; v0_a_2 = v0_0_2; v1_a_2 = v1_0_2; v0_a_3 = v0_0_3; v1_a_3 = v1_0_3; }
p = to & 0x3fffffff; pl = at[1] + 3 & 0x3fffffff; pr = at[2] & 0x3fffffff;
{ const v4_1_0 = src[p]; const v5_1_0 = (v4_1_0 << 1 | src[pl] >>> 31); const v4_1_1 = src[p + 1]; const v6_1_0 = (v4_1_0 >>> 1 | v4_1_1 << 31); const v2_1_0 = (v5_1_0 & v6_1_0); const v3_1_0 = (v5_1_0 ^ v6_1_0); const v0_1_0 = (v2_1_0 | (v4_1_0 & v3_1_0)); const v1_1_0 = (v4_1_0 ^ v3_1_0); const v5_1_1 = (v4_1_1 << 1 | v4_1_0 >>> 31); const v4_1_2 = src[p + 2]; const v6_1_1 = (v4_1_1 >>> 1 | v4_1_2 << 31); const v2_1_1 = (v5_1_1 & v6_1_1); const v3_1_1 = (v5_1_1 ^ v6_1_1); const v0_1_1 = (v2_1_1 | (v4_1_1 & v3_1_1)); const v1_1_1 = (v4_1_1 ^ v3_1_1); const v5_1_2 = (v4_1_2 << 1 | v4_1_1 >>> 31); const v4_1_3 = src[p + 3]; const v6_1_2 = (v4_1_2 >>> 1 | v4_1_3 << 31); const v2_1_2 = (v5_1_2 & v6_1_2); const v3_1_2 = (v5_1_2 ^ v6_1_2); const v0_1_2 = (v2_1_2 | (v4_1_2 & v3_1_2)); const v1_1_2 = (v4_1_2 ^ v3_1_2); const v5_1_3 = (v4_1_3 << 1 | v4_1_2 >>> 31); const v6_1_3 = (v4_1_3 >>> 1 | src[pr] << 31); const v2_1_3 = (v5_1_3 & v6_1_3); const v3_1_3 = (v5_1_3 ^ v6_1_3); const v0_1_3 = (v2_1_3 | (v4_1_3 & v3_1_3)); const v1_1_3 = (v4_1_3 ^ v3_1_3); v0_b_0 = v0_1_0; v2_b_0 = v2_1_0; v1_b_0 = v1_1_0; v3_b_0 = v3_1_0; v4_b_0 = v4_1_0; v0_b_1 = v0_1_1; v2_b_1 = v2_1_1; v1_b_1 = v1_1_1; v3_b_1 = v3_1_1; v4_b_1 = v4_1_1; v0_b_2 = v0_1_2; v2_b_2 = v2_1_2; v1_b_2 = v1_1_2; v3_b_2 = v3_1_2; v4_b_2 = v4_1_2; v0_b_3 = v0_1_3; v2_b_3 = v2_1_3; v1_b_3 = v1_1_3; v3_b_3 = v3_1_3; v4_b_3 = v4_1_3; }
for (let y = 4; y <= 64; y = y + 4 | 0) {
  const v0_0_0 = v0_a_0,v1_0_0 = v1_a_0,v0_1_0 = v0_b_0,v2_1_0 = v2_b_0,v1_1_0 = v1_b_0,v3_1_0 = v3_b_0,v4_1_0 = v4_b_0,v0_0_1 = v0_a_1,v1_0_1 = v1_a_1,v0_1_1 = v0_b_1,v2_1_1 = v2_b_1,v1_1_1 = v1_b_1,v3_1_1 = v3_b_1,v4_1_1 = v4_b_1,v0_0_2 = v0_a_2,v1_0_2 = v1_a_2,v0_1_2 = v0_b_2,v2_1_2 = v2_b_2,v1_1_2 = v1_b_2,v3_1_2 = v3_b_2,v4_1_2 = v4_b_2,v0_0_3 = v0_a_3,v1_0_3 = v1_a_3,v0_1_3 = v0_b_3,v2_1_3 = v2_b_3,v1_1_3 = v1_b_3,v3_1_3 = v3_b_3,v4_1_3 = v4_b_3;
const v4_2_0 = src[p + 4]; const v5_2_0 = (v4_2_0 << 1 | src[pl + 4] >>> 31); const v4_2_1 = src[p + 5]; const v6_2_0 = (v4_2_0 >>> 1 | v4_2_1 << 31); const v2_2_0 = (v5_2_0 & v6_2_0); const v3_2_0 = (v5_2_0 ^ v6_2_0); const v0_2_0 = (v2_2_0 | (v4_2_0 & v3_2_0)); const v1_2_0 = (v4_2_0 ^ v3_2_0); const v8_2_0 = (v1_0_0 ^ v3_1_0); const v7_2_0 = ((v1_0_0 & v3_1_0) | (v1_2_0 & v8_2_0)); dst[to] = ((((v0_0_0 ^ v0_2_0) ^ (v2_1_0 ^ v7_2_0)) & ~((v0_0_0 & v0_2_0) | (v2_1_0 & v7_2_0))) & (v4_1_0 | (v1_2_0 ^ v8_2_0))); const v5_2_1 = (v4_2_1 << 1 | v4_2_0 >>> 31); const v4_2_2 = src[p + 6]; const v6_2_1 = (v4_2_1 >>> 1 | v4_2_2 << 31); const v2_2_1 = (v5_2_1 & v6_2_1); const v3_2_1 = (v5_2_1 ^ v6_2_1); const v0_2_1 = (v2_2_1 | (v4_2_1 & v3_2_1)); const v1_2_1 = (v4_2_1 ^ v3_2_1); const v8_2_1 = (v1_0_1 ^ v3_1_1); const v7_2_1 = ((v1_0_1 & v3_1_1) | (v1_2_1 & v8_2_1)); dst[to + 1] = ((((v0_0_1 ^ v0_2_1) ^ (v2_1_1 ^ v7_2_1)) & ~((v0_0_1 & v0_2_1) | (v2_1_1 & v7_2_1))) & (v4_1_1 | (v1_2_1 ^ v8_2_1))); const v5_2_2 = (v4_2_2 << 1 | v4_2_1 >>> 31); const v4_2_3 = src[p + 7]; const v6_2_2 = (v4_2_2 >>> 1 | v4_2_3 << 31); const v2_2_2 = (v5_2_2 & v6_2_2); const v3_2_2 = (v5_2_2 ^ v6_2_2); const v0_2_2 = (v2_2_2 | (v4_2_2 & v3_2_2)); const v1_2_2 = (v4_2_2 ^ v3_2_2); const v8_2_2 = (v1_0_2 ^ v3_1_2); const v7_2_2 = ((v1_0_2 & v3_1_2) | (v1_2_2 & v8_2_2)); dst[to + 2] = ((((v0_0_2 ^ v0_2_2) ^ (v2_1_2 ^ v7_2_2)) & ~((v0_0_2 & v0_2_2) | (v2_1_2 & v7_2_2))) & (v4_1_2 | (v1_2_2 ^ v8_2_2))); const v5_2_3 = (v4_2_3 << 1 | v4_2_2 >>> 31); const v6_2_3 = (v4_2_3 >>> 1 | src[pr + 4] << 31); const v2_2_3 = (v5_2_3 & v6_2_3); const v3_2_3 = (v5_2_3 ^ v6_2_3); const v0_2_3 = (v2_2_3 | (v4_2_3 & v3_2_3)); const v1_2_3 = (v4_2_3 ^ v3_2_3); const v8_2_3 = (v1_0_3 ^ v3_1_3); const v7_2_3 = ((v1_0_3 & v3_1_3) | (v1_2_3 & v8_2_3)); dst[to + 3] = ((((v0_0_3 ^ v0_2_3) ^ (v2_1_3 ^ v7_2_3)) & ~((v0_0_3 & v0_2_3) | (v2_1_3 & v7_2_3))) & (v4_1_3 | (v1_2_3 ^ v8_2_3)));
const v4_3_0 = src[p + 8]; const v5_3_0 = (v4_3_0 << 1 | src[pl + 8] >>> 31); const v4_3_1 = src[p + 9]; const v6_3_0 = (v4_3_0 >>> 1 | v4_3_1 << 31); const v2_3_0 = (v5_3_0 & v6_3_0); const v3_3_0 = (v5_3_0 ^ v6_3_0); const v0_3_0 = (v2_3_0 | (v4_3_0 & v3_3_0)); const v1_3_0 = (v4_3_0 ^ v3_3_0); const v8_3_0 = (v1_1_0 ^ v3_2_0); const v7_3_0 = ((v1_1_0 & v3_2_0) | (v1_3_0 & v8_3_0)); dst[to + 4] = ((((v0_1_0 ^ v0_3_0) ^ (v2_2_0 ^ v7_3_0)) & ~((v0_1_0 & v0_3_0) | (v2_2_0 & v7_3_0))) & (v4_2_0 | (v1_3_0 ^ v8_3_0))); const v5_3_1 = (v4_3_1 << 1 | v4_3_0 >>> 31); const v4_3_2 = src[p + 10]; const v6_3_1 = (v4_3_1 >>> 1 | v4_3_2 << 31); const v2_3_1 = (v5_3_1 & v6_3_1); const v3_3_1 = (v5_3_1 ^ v6_3_1); const v0_3_1 = (v2_3_1 | (v4_3_1 & v3_3_1)); const v1_3_1 = (v4_3_1 ^ v3_3_1); const v8_3_1 = (v1_1_1 ^ v3_2_1); const v7_3_1 = ((v1_1_1 & v3_2_1) | (v1_3_1 & v8_3_1)); dst[to + 5] = ((((v0_1_1 ^ v0_3_1) ^ (v2_2_1 ^ v7_3_1)) & ~((v0_1_1 & v0_3_1) | (v2_2_1 & v7_3_1))) & (v4_2_1 | (v1_3_1 ^ v8_3_1))); const v5_3_2 = (v4_3_2 << 1 | v4_3_1 >>> 31); const v4_3_3 = src[p + 11]; const v6_3_2 = (v4_3_2 >>> 1 | v4_3_3 << 31); const v2_3_2 = (v5_3_2 & v6_3_2); const v3_3_2 = (v5_3_2 ^ v6_3_2); const v0_3_2 = (v2_3_2 | (v4_3_2 & v3_3_2)); const v1_3_2 = (v4_3_2 ^ v3_3_2); const v8_3_2 = (v1_1_2 ^ v3_2_2); const v7_3_2 = ((v1_1_2 & v3_2_2) | (v1_3_2 & v8_3_2)); dst[to + 6] = ((((v0_1_2 ^ v0_3_2) ^ (v2_2_2 ^ v7_3_2)) & ~((v0_1_2 & v0_3_2) | (v2_2_2 & v7_3_2))) & (v4_2_2 | (v1_3_2 ^ v8_3_2))); const v5_3_3 = (v4_3_3 << 1 | v4_3_2 >>> 31); const v6_3_3 = (v4_3_3 >>> 1 | src[pr + 8] << 31); const v2_3_3 = (v5_3_3 & v6_3_3); const v3_3_3 = (v5_3_3 ^ v6_3_3); const v0_3_3 = (v2_3_3 | (v4_3_3 & v3_3_3)); const v1_3_3 = (v4_3_3 ^ v3_3_3); const v8_3_3 = (v1_1_3 ^ v3_2_3); const v7_3_3 = ((v1_1_3 & v3_2_3) | (v1_3_3 & v8_3_3)); dst[to + 7] = ((((v0_1_3 ^ v0_3_3) ^ (v2_2_3 ^ v7_3_3)) & ~((v0_1_3 & v0_3_3) | (v2_2_3 & v7_3_3))) & (v4_2_3 | (v1_3_3 ^ v8_3_3)));
const v4_4_0 = src[p + 12]; const v5_4_0 = (v4_4_0 << 1 | src[pl + 12] >>> 31); const v4_4_1 = src[p + 13]; const v6_4_0 = (v4_4_0 >>> 1 | v4_4_1 << 31); const v2_4_0 = (v5_4_0 & v6_4_0); const v3_4_0 = (v5_4_0 ^ v6_4_0); const v0_4_0 = (v2_4_0 | (v4_4_0 & v3_4_0)); const v1_4_0 = (v4_4_0 ^ v3_4_0); const v8_4_0 = (v1_2_0 ^ v3_3_0); const v7_4_0 = ((v1_2_0 & v3_3_0) | (v1_4_0 & v8_4_0)); dst[to + 8] = ((((v0_2_0 ^ v0_4_0) ^ (v2_3_0 ^ v7_4_0)) & ~((v0_2_0 & v0_4_0) | (v2_3_0 & v7_4_0))) & (v4_3_0 | (v1_4_0 ^ v8_4_0))); const v5_4_1 = (v4_4_1 << 1 | v4_4_0 >>> 31); const v4_4_2 = src[p + 14]; const v6_4_1 = (v4_4_1 >>> 1 | v4_4_2 << 31); const v2_4_1 = (v5_4_1 & v6_4_1); const v3_4_1 = (v5_4_1 ^ v6_4_1); const v0_4_1 = (v2_4_1 | (v4_4_1 & v3_4_1)); const v1_4_1 = (v4_4_1 ^ v3_4_1); const v8_4_1 = (v1_2_1 ^ v3_3_1); const v7_4_1 = ((v1_2_1 & v3_3_1) | (v1_4_1 & v8_4_1)); dst[to + 9] = ((((v0_2_1 ^ v0_4_1) ^ (v2_3_1 ^ v7_4_1)) & ~((v0_2_1 & v0_4_1) | (v2_3_1 & v7_4_1))) & (v4_3_1 | (v1_4_1 ^ v8_4_1))); const v5_4_2 = (v4_4_2 << 1 | v4_4_1 >>> 31); const v4_4_3 = src[p + 15]; const v6_4_2 = (v4_4_2 >>> 1 | v4_4_3 << 31); const v2_4_2 = (v5_4_2 & v6_4_2); const v3_4_2 = (v5_4_2 ^ v6_4_2); const v0_4_2 = (v2_4_2 | (v4_4_2 & v3_4_2)); const v1_4_2 = (v4_4_2 ^ v3_4_2); const v8_4_2 = (v1_2_2 ^ v3_3_2); const v7_4_2 = ((v1_2_2 & v3_3_2) | (v1_4_2 & v8_4_2)); dst[to + 10] = ((((v0_2_2 ^ v0_4_2) ^ (v2_3_2 ^ v7_4_2)) & ~((v0_2_2 & v0_4_2) | (v2_3_2 & v7_4_2))) & (v4_3_2 | (v1_4_2 ^ v8_4_2))); const v5_4_3 = (v4_4_3 << 1 | v4_4_2 >>> 31); const v6_4_3 = (v4_4_3 >>> 1 | src[pr + 12] << 31); const v2_4_3 = (v5_4_3 & v6_4_3); const v3_4_3 = (v5_4_3 ^ v6_4_3); const v0_4_3 = (v2_4_3 | (v4_4_3 & v3_4_3)); const v1_4_3 = (v4_4_3 ^ v3_4_3); const v8_4_3 = (v1_2_3 ^ v3_3_3); const v7_4_3 = ((v1_2_3 & v3_3_3) | (v1_4_3 & v8_4_3)); dst[to + 11] = ((((v0_2_3 ^ v0_4_3) ^ (v2_3_3 ^ v7_4_3)) & ~((v0_2_3 & v0_4_3) | (v2_3_3 & v7_4_3))) & (v4_3_3 | (v1_4_3 ^ v8_4_3)));
  if (y === 64) { p = at[6] & 0x3fffffff; pl = at[7] + 3 & 0x3fffffff; pr = at[8] & 0x3fffffff; } else { p = p + 16 & 0x3fffffff; pl = pl + 16 & 0x3fffffff; pr = pr + 16 & 0x3fffffff; }
  const v4_5_0 = src[p]; const v5_5_0 = (v4_5_0 << 1 | src[pl] >>> 31); const v4_5_1 = src[p + 1]; const v6_5_0 = (v4_5_0 >>> 1 | v4_5_1 << 31); const v2_5_0 = (v5_5_0 & v6_5_0); const v3_5_0 = (v5_5_0 ^ v6_5_0); const v0_5_0 = (v2_5_0 | (v4_5_0 & v3_5_0)); const v1_5_0 = (v4_5_0 ^ v3_5_0); const v8_5_0 = (v1_3_0 ^ v3_4_0); const v7_5_0 = ((v1_3_0 & v3_4_0) | (v1_5_0 & v8_5_0)); dst[to + 12] = ((((v0_3_0 ^ v0_5_0) ^ (v2_4_0 ^ v7_5_0)) & ~((v0_3_0 & v0_5_0) | (v2_4_0 & v7_5_0))) & (v4_4_0 | (v1_5_0 ^ v8_5_0))); const v5_5_1 = (v4_5_1 << 1 | v4_5_0 >>> 31); const v4_5_2 = src[p + 2]; const v6_5_1 = (v4_5_1 >>> 1 | v4_5_2 << 31); const v2_5_1 = (v5_5_1 & v6_5_1); const v3_5_1 = (v5_5_1 ^ v6_5_1); const v0_5_1 = (v2_5_1 | (v4_5_1 & v3_5_1)); const v1_5_1 = (v4_5_1 ^ v3_5_1); const v8_5_1 = (v1_3_1 ^ v3_4_1); const v7_5_1 = ((v1_3_1 & v3_4_1) | (v1_5_1 & v8_5_1)); dst[to + 13] = ((((v0_3_1 ^ v0_5_1) ^ (v2_4_1 ^ v7_5_1)) & ~((v0_3_1 & v0_5_1) | (v2_4_1 & v7_5_1))) & (v4_4_1 | (v1_5_1 ^ v8_5_1))); const v5_5_2 = (v4_5_2 << 1 | v4_5_1 >>> 31); const v4_5_3 = src[p + 3]; const v6_5_2 = (v4_5_2 >>> 1 | v4_5_3 << 31); const v2_5_2 = (v5_5_2 & v6_5_2); const v3_5_2 = (v5_5_2 ^ v6_5_2); const v0_5_2 = (v2_5_2 | (v4_5_2 & v3_5_2)); const v1_5_2 = (v4_5_2 ^ v3_5_2); const v8_5_2 = (v1_3_2 ^ v3_4_2); const v7_5_2 = ((v1_3_2 & v3_4_2) | (v1_5_2 & v8_5_2)); dst[to + 14] = ((((v0_3_2 ^ v0_5_2) ^ (v2_4_2 ^ v7_5_2)) & ~((v0_3_2 & v0_5_2) | (v2_4_2 & v7_5_2))) & (v4_4_2 | (v1_5_2 ^ v8_5_2))); const v5_5_3 = (v4_5_3 << 1 | v4_5_2 >>> 31); const v6_5_3 = (v4_5_3 >>> 1 | src[pr] << 31); const v2_5_3 = (v5_5_3 & v6_5_3); const v3_5_3 = (v5_5_3 ^ v6_5_3); const v0_5_3 = (v2_5_3 | (v4_5_3 & v3_5_3)); const v1_5_3 = (v4_5_3 ^ v3_5_3); const v8_5_3 = (v1_3_3 ^ v3_4_3); const v7_5_3 = ((v1_3_3 & v3_4_3) | (v1_5_3 & v8_5_3)); dst[to + 15] = ((((v0_3_3 ^ v0_5_3) ^ (v2_4_3 ^ v7_5_3)) & ~((v0_3_3 & v0_5_3) | (v2_4_3 & v7_5_3))) & (v4_4_3 | (v1_5_3 ^ v8_5_3)));
  v0_a_0 = v0_4_0; v1_a_0 = v1_4_0; v0_b_0 = v0_5_0; v2_b_0 = v2_5_0; v1_b_0 = v1_5_0; v3_b_0 = v3_5_0; v4_b_0 = v4_5_0; v0_a_1 = v0_4_1; v1_a_1 = v1_4_1; v0_b_1 = v0_5_1; v2_b_1 = v2_5_1; v1_b_1 = v1_5_1; v3_b_1 = v3_5_1; v4_b_1 = v4_5_1; v0_a_2 = v0_4_2; v1_a_2 = v1_4_2; v0_b_2 = v0_5_2; v2_b_2 = v2_5_2; v1_b_2 = v1_5_2; v3_b_2 = v3_5_2; v4_b_2 = v4_5_2; v0_a_3 = v0_4_3; v1_a_3 = v1_4_3; v0_b_3 = v0_5_3; v2_b_3 = v2_5_3; v1_b_3 = v1_5_3; v3_b_3 = v3_5_3; v4_b_3 = v4_5_3; to = to + 16 & 0x3fffffff;
}
at[14] |= marked; at[15] |= marked; at[16] |= marked; at[17] |= marked; at[18] |= marked;
  },
  single(src, dst, at, marked) {
'use strict';
const own = at[0], lastWord = 3, lastGroup = 7;
let any = 0,northern = 0,southern = 0,western = 0,eastern = 0;
let p = 0, pl = 0, pr = 0, unused = 0,v0_a_0 = 0,v1_a_0 = 0,v0_b_0 = 0,v2_b_0 = 0,v1_b_0 = 0,v3_b_0 = 0,v4_b_0 = 0;
for (let k = 0; k <= lastWord; k = k + 1 | 0) {
  let left = marked >>> (k << 3) & 255;
  const west = k === 0 ? at[1] + 3 | 0 : own + k - 1 | 0;
  const east = k === 3 ? at[2] : own + k + 1 | 0;
  
  
  while (left !== 0) {
    let g = 31 - Math.clz32(left & -left), bit = 1 << (k << 3) + g, to = own + k + (g << 5) & 0x3fffffff;
    if (g === 0) { p = at[3] + k & 0x3fffffff; pl = (k === 0 ? at[4] + 3 : p - 1) & 0x3fffffff; pr = (k === 3 ? at[5] : p + 1) & 0x3fffffff; } else { p = to - 4 & 0x3fffffff; pl = west + (g << 5) - 4 & 0x3fffffff; pr = east + (g << 5) - 4 & 0x3fffffff; }
    { const v4_0_0 = src[p]; const v5_0_0 = (v4_0_0 << 1 | src[pl] >>> 31); const v6_0_0 = (v4_0_0 >>> 1 | src[pr] << 31); const v2_0_0 = (v5_0_0 & v6_0_0); const v3_0_0 = (v5_0_0 ^ v6_0_0); const v0_0_0 = (v2_0_0 | (v4_0_0 & v3_0_0)); const v1_0_0 = (v4_0_0 ^ v3_0_0); v0_a_0 = v0_0_0; v1_a_0 = v1_0_0; }
    p = to & 0x3fffffff; pl = west + (g << 5) & 0x3fffffff; pr = east + (g << 5) & 0x3fffffff;
    { const v4_1_0 = src[p]; const v5_1_0 = (v4_1_0 << 1 | src[pl] >>> 31); const v6_1_0 = (v4_1_0 >>> 1 | src[pr] << 31); const v2_1_0 = (v5_1_0 & v6_1_0); const v3_1_0 = (v5_1_0 ^ v6_1_0); const v0_1_0 = (v2_1_0 | (v4_1_0 & v3_1_0)); const v1_1_0 = (v4_1_0 ^ v3_1_0); v0_b_0 = v0_1_0; v2_b_0 = v2_1_0; v1_b_0 = v1_1_0; v3_b_0 = v3_1_0; v4_b_0 = v4_1_0; }
    for (;;) {
      let all0 = 0, first0 = 0, diff0 = 0;
      {
      const v0_0_0 = v0_a_0,v1_0_0 = v1_a_0,v0_1_0 = v0_b_0,v2_1_0 = v2_b_0,v1_1_0 = v1_b_0,v3_1_0 = v3_b_0,v4_1_0 = v4_b_0;
const v4_2_0 = src[p + 4]; const v5_2_0 = (v4_2_0 << 1 | src[pl + 4] >>> 31); const v6_2_0 = (v4_2_0 >>> 1 | src[pr + 4] << 31); const v2_2_0 = (v5_2_0 & v6_2_0); const v3_2_0 = (v5_2_0 ^ v6_2_0); const v0_2_0 = (v2_2_0 | (v4_2_0 & v3_2_0)); const v1_2_0 = (v4_2_0 ^ v3_2_0);
const v8_2_0 = (v1_0_0 ^ v3_1_0); const v7_2_0 = ((v1_0_0 & v3_1_0) | (v1_2_0 & v8_2_0)); const next0_1_0 = ((((v0_0_0 ^ v0_2_0) ^ (v2_1_0 ^ v7_2_0)) & ~((v0_0_0 & v0_2_0) | (v2_1_0 & v7_2_0))) & (v4_1_0 | (v1_2_0 ^ v8_2_0))); const to0_1_0 = to; diff0 = next0_1_0 ^ dst[to0_1_0]; dst[to0_1_0] = next0_1_0; all0 |= diff0;
first0 = diff0;
const v4_3_0 = src[p + 8]; const v5_3_0 = (v4_3_0 << 1 | src[pl + 8] >>> 31); const v6_3_0 = (v4_3_0 >>> 1 | src[pr + 8] << 31); const v2_3_0 = (v5_3_0 & v6_3_0); const v3_3_0 = (v5_3_0 ^ v6_3_0); const v0_3_0 = (v2_3_0 | (v4_3_0 & v3_3_0)); const v1_3_0 = (v4_3_0 ^ v3_3_0);
const v8_3_0 = (v1_1_0 ^ v3_2_0); const v7_3_0 = ((v1_1_0 & v3_2_0) | (v1_3_0 & v8_3_0)); const next0_2_0 = ((((v0_1_0 ^ v0_3_0) ^ (v2_2_0 ^ v7_3_0)) & ~((v0_1_0 & v0_3_0) | (v2_2_0 & v7_3_0))) & (v4_2_0 | (v1_3_0 ^ v8_3_0))); const to0_2_0 = to + 4; diff0 = next0_2_0 ^ dst[to0_2_0]; dst[to0_2_0] = next0_2_0; all0 |= diff0;
const v4_4_0 = src[p + 12]; const v5_4_0 = (v4_4_0 << 1 | src[pl + 12] >>> 31); const v6_4_0 = (v4_4_0 >>> 1 | src[pr + 12] << 31); const v2_4_0 = (v5_4_0 & v6_4_0); const v3_4_0 = (v5_4_0 ^ v6_4_0); const v0_4_0 = (v2_4_0 | (v4_4_0 & v3_4_0)); const v1_4_0 = (v4_4_0 ^ v3_4_0);
const v8_4_0 = (v1_2_0 ^ v3_3_0); const v7_4_0 = ((v1_2_0 & v3_3_0) | (v1_4_0 & v8_4_0)); const next0_3_0 = ((((v0_2_0 ^ v0_4_0) ^ (v2_3_0 ^ v7_4_0)) & ~((v0_2_0 & v0_4_0) | (v2_3_0 & v7_4_0))) & (v4_3_0 | (v1_4_0 ^ v8_4_0))); const to0_3_0 = to + 8; diff0 = next0_3_0 ^ dst[to0_3_0]; dst[to0_3_0] = next0_3_0; all0 |= diff0;
const v4_5_0 = src[p + 16]; const v5_5_0 = (v4_5_0 << 1 | src[pl + 16] >>> 31); const v6_5_0 = (v4_5_0 >>> 1 | src[pr + 16] << 31); const v2_5_0 = (v5_5_0 & v6_5_0); const v3_5_0 = (v5_5_0 ^ v6_5_0); const v0_5_0 = (v2_5_0 | (v4_5_0 & v3_5_0)); const v1_5_0 = (v4_5_0 ^ v3_5_0);
const v8_5_0 = (v1_3_0 ^ v3_4_0); const v7_5_0 = ((v1_3_0 & v3_4_0) | (v1_5_0 & v8_5_0)); const next0_4_0 = ((((v0_3_0 ^ v0_5_0) ^ (v2_4_0 ^ v7_5_0)) & ~((v0_3_0 & v0_5_0) | (v2_4_0 & v7_5_0))) & (v4_4_0 | (v1_5_0 ^ v8_5_0))); const to0_4_0 = to + 12; diff0 = next0_4_0 ^ dst[to0_4_0]; dst[to0_4_0] = next0_4_0; all0 |= diff0;
const v4_6_0 = src[p + 20]; const v5_6_0 = (v4_6_0 << 1 | src[pl + 20] >>> 31); const v6_6_0 = (v4_6_0 >>> 1 | src[pr + 20] << 31); const v2_6_0 = (v5_6_0 & v6_6_0); const v3_6_0 = (v5_6_0 ^ v6_6_0); const v0_6_0 = (v2_6_0 | (v4_6_0 & v3_6_0)); const v1_6_0 = (v4_6_0 ^ v3_6_0);
const v8_6_0 = (v1_4_0 ^ v3_5_0); const v7_6_0 = ((v1_4_0 & v3_5_0) | (v1_6_0 & v8_6_0)); const next0_5_0 = ((((v0_4_0 ^ v0_6_0) ^ (v2_5_0 ^ v7_6_0)) & ~((v0_4_0 & v0_6_0) | (v2_5_0 & v7_6_0))) & (v4_5_0 | (v1_6_0 ^ v8_6_0))); const to0_5_0 = to + 16; diff0 = next0_5_0 ^ dst[to0_5_0]; dst[to0_5_0] = next0_5_0; all0 |= diff0;
const v4_7_0 = src[p + 24]; const v5_7_0 = (v4_7_0 << 1 | src[pl + 24] >>> 31); const v6_7_0 = (v4_7_0 >>> 1 | src[pr + 24] << 31); const v2_7_0 = (v5_7_0 & v6_7_0); const v3_7_0 = (v5_7_0 ^ v6_7_0); const v0_7_0 = (v2_7_0 | (v4_7_0 & v3_7_0)); const v1_7_0 = (v4_7_0 ^ v3_7_0);
const v8_7_0 = (v1_5_0 ^ v3_6_0); const v7_7_0 = ((v1_5_0 & v3_6_0) | (v1_7_0 & v8_7_0)); const next0_6_0 = ((((v0_5_0 ^ v0_7_0) ^ (v2_6_0 ^ v7_7_0)) & ~((v0_5_0 & v0_7_0) | (v2_6_0 & v7_7_0))) & (v4_6_0 | (v1_7_0 ^ v8_7_0))); const to0_6_0 = to + 20; diff0 = next0_6_0 ^ dst[to0_6_0]; dst[to0_6_0] = next0_6_0; all0 |= diff0;
const v4_8_0 = src[p + 28]; const v5_8_0 = (v4_8_0 << 1 | src[pl + 28] >>> 31); const v6_8_0 = (v4_8_0 >>> 1 | src[pr + 28] << 31); const v2_8_0 = (v5_8_0 & v6_8_0); const v3_8_0 = (v5_8_0 ^ v6_8_0); const v0_8_0 = (v2_8_0 | (v4_8_0 & v3_8_0)); const v1_8_0 = (v4_8_0 ^ v3_8_0);
const v8_8_0 = (v1_6_0 ^ v3_7_0); const v7_8_0 = ((v1_6_0 & v3_7_0) | (v1_8_0 & v8_8_0)); const next0_7_0 = ((((v0_6_0 ^ v0_8_0) ^ (v2_7_0 ^ v7_8_0)) & ~((v0_6_0 & v0_8_0) | (v2_7_0 & v7_8_0))) & (v4_7_0 | (v1_8_0 ^ v8_8_0))); const to0_7_0 = to + 24; diff0 = next0_7_0 ^ dst[to0_7_0]; dst[to0_7_0] = next0_7_0; all0 |= diff0;
if (g === 7) { p = at[6] + k & 0x3fffffff; pl = (k === 0 ? at[7] + 3 : p - 1) & 0x3fffffff; pr = (k === 3 ? at[8] : p + 1) & 0x3fffffff; } else { p = p + 32 & 0x3fffffff; pl = pl + 32 & 0x3fffffff; pr = pr + 32 & 0x3fffffff; }
const v4_9_0 = src[p]; const v5_9_0 = (v4_9_0 << 1 | src[pl] >>> 31); const v6_9_0 = (v4_9_0 >>> 1 | src[pr] << 31); const v2_9_0 = (v5_9_0 & v6_9_0); const v3_9_0 = (v5_9_0 ^ v6_9_0); const v0_9_0 = (v2_9_0 | (v4_9_0 & v3_9_0)); const v1_9_0 = (v4_9_0 ^ v3_9_0);
const v8_9_0 = (v1_7_0 ^ v3_8_0); const v7_9_0 = ((v1_7_0 & v3_8_0) | (v1_9_0 & v8_9_0)); const next0_8_0 = ((((v0_7_0 ^ v0_9_0) ^ (v2_8_0 ^ v7_9_0)) & ~((v0_7_0 & v0_9_0) | (v2_8_0 & v7_9_0))) & (v4_8_0 | (v1_9_0 ^ v8_9_0))); const to0_8_0 = to + 28; diff0 = next0_8_0 ^ dst[to0_8_0]; dst[to0_8_0] = next0_8_0; all0 |= diff0;
v0_a_0 = v0_8_0; v1_a_0 = v1_8_0; v0_b_0 = v0_9_0; v2_b_0 = v2_9_0; v1_b_0 = v1_9_0; v3_b_0 = v3_9_0; v4_b_0 = v4_9_0;
to = to + 32 & 0x3fffffff;
      }
      if (all0 !== 0) {
        const piece = bit << 0;
        any |= piece;
        if (first0 !== 0) northern |= piece;
        if (diff0 !== 0) southern |= piece;
        if ((all0 & 1) !== 0) western |= piece;
        if (all0 < 0) eastern |= piece;
      }
      g = g + 1 | 0;
      if ((left >>> g & 1) === 0) break;
      bit <<= 1;
    }
    left = left >>> g << g;
  }
}
at[14] |= any; at[15] |= northern; at[16] |= southern; at[17] |= western; at[18] |= eastern;
  },
  cut(src, dst, at, marked) {
'use strict';
const own = at[0], lastWord = at[10], lastGroup = at[9] - 1 >> 3;
let any = 0,northern = 0,southern = 0,western = 0,eastern = 0;
let p = 0, pl = 0, pr = 0, unused = 0,v0_a_0 = 0,v1_a_0 = 0,v0_b_0 = 0,v2_b_0 = 0,v1_b_0 = 0,v3_b_0 = 0,v4_b_0 = 0;
for (let k = 0; k <= lastWord; k = k + 1 | 0) {
  let left = marked >>> (k << 3) & 255;
  const west = k === 0 ? at[1] + at[12] | 0 : own + k - 1 | 0;
  const east = k === lastWord ? at[2] : own + k + 1 | 0;
  const leftBit = k === 0 ? at[13] : 31, lastBit = k === lastWord ? at[11] : 31;
  const keep = lastBit === 31 ? -1 : (1 << lastBit + 1) - 1;
  while (left !== 0) {
    let g = 31 - Math.clz32(left & -left), bit = 1 << (k << 3) + g, to = own + k + (g << 5) & 0x3fffffff;
    if (g === 0) { p = at[3] + k & 0x3fffffff; pl = (k === 0 ? at[4] + at[12] : p - 1) & 0x3fffffff; pr = (k === lastWord ? at[5] : p + 1) & 0x3fffffff; } else { p = to - 4 & 0x3fffffff; pl = west + (g << 5) - 4 & 0x3fffffff; pr = east + (g << 5) - 4 & 0x3fffffff; }
    { const v4_0_0 = src[p]; const v5_0_0 = (v4_0_0 << 1 | src[pl] >>> leftBit & 1); const v6_0_0 = (v4_0_0 >>> 1 | (src[pr] & 1) << lastBit); const v2_0_0 = (v5_0_0 & v6_0_0); const v3_0_0 = (v5_0_0 ^ v6_0_0); const v0_0_0 = (v2_0_0 | (v4_0_0 & v3_0_0)); const v1_0_0 = (v4_0_0 ^ v3_0_0); v0_a_0 = v0_0_0; v1_a_0 = v1_0_0; }
    p = to & 0x3fffffff; pl = west + (g << 5) & 0x3fffffff; pr = east + (g << 5) & 0x3fffffff;
    { const v4_1_0 = src[p]; const v5_1_0 = (v4_1_0 << 1 | src[pl] >>> leftBit & 1); const v6_1_0 = (v4_1_0 >>> 1 | (src[pr] & 1) << lastBit); const v2_1_0 = (v5_1_0 & v6_1_0); const v3_1_0 = (v5_1_0 ^ v6_1_0); const v0_1_0 = (v2_1_0 | (v4_1_0 & v3_1_0)); const v1_1_0 = (v4_1_0 ^ v3_1_0); v0_b_0 = v0_1_0; v2_b_0 = v2_1_0; v1_b_0 = v1_1_0; v3_b_0 = v3_1_0; v4_b_0 = v4_1_0; }
    for (;;) {
      let all0 = 0, first0 = 0, diff0 = 0;
      for (let y = 0, height = g === lastGroup ? at[9] - (g << 3) | 0 : 8; y < height; y = y + 1 | 0) {
      const v0_0_0 = v0_a_0,v1_0_0 = v1_a_0,v0_1_0 = v0_b_0,v2_1_0 = v2_b_0,v1_1_0 = v1_b_0,v3_1_0 = v3_b_0,v4_1_0 = v4_b_0;
if (y === height - 1 && g === lastGroup) { p = at[6] + k & 0x3fffffff; pl = (k === 0 ? at[7] + at[12] : p - 1) & 0x3fffffff; pr = (k === lastWord ? at[8] : p + 1) & 0x3fffffff; } else { p = p + 4 & 0x3fffffff; pl = pl + 4 & 0x3fffffff; pr = pr + 4 & 0x3fffffff; }
const v4_2_0 = src[p]; const v5_2_0 = (v4_2_0 << 1 | src[pl] >>> leftBit & 1); const v6_2_0 = (v4_2_0 >>> 1 | (src[pr] & 1) << lastBit); const v2_2_0 = (v5_2_0 & v6_2_0); const v3_2_0 = (v5_2_0 ^ v6_2_0); const v0_2_0 = (v2_2_0 | (v4_2_0 & v3_2_0)); const v1_2_0 = (v4_2_0 ^ v3_2_0);
const v8_2_0 = (v1_0_0 ^ v3_1_0); const v7_2_0 = ((v1_0_0 & v3_1_0) | (v1_2_0 & v8_2_0)); const next0_1_0 = ((((v0_0_0 ^ v0_2_0) ^ (v2_1_0 ^ v7_2_0)) & ~((v0_0_0 & v0_2_0) | (v2_1_0 & v7_2_0))) & (v4_1_0 | (v1_2_0 ^ v8_2_0))) & keep; const to0_1_0 = to; diff0 = next0_1_0 ^ dst[to0_1_0]; dst[to0_1_0] = next0_1_0; all0 |= diff0;
if (y === 0) { first0 = diff0; }
v0_a_0 = v0_1_0; v1_a_0 = v1_1_0; v0_b_0 = v0_2_0; v2_b_0 = v2_2_0; v1_b_0 = v1_2_0; v3_b_0 = v3_2_0; v4_b_0 = v4_2_0;
to = to + 4 & 0x3fffffff;
      }
      if (all0 !== 0) {
        const piece = bit << 0;
        any |= piece;
        if (first0 !== 0) northern |= piece;
        if (diff0 !== 0) southern |= piece;
        if ((all0 & 1) !== 0) western |= piece;
        if ((all0 >>> lastBit & 1) !== 0) eastern |= piece;
      }
      g = g + 1 | 0;
      if ((left >>> g & 1) === 0) break;
      bit <<= 1;
    }
    left = left >>> g << g;
  }
}
at[14] |= any; at[15] |= northern; at[16] |= southern; at[17] |= western; at[18] |= eastern;
  },
};
