/** What computes fields, in WebAssembly or TypeScript: the same functions over one stretch of memory, addressed in bytes. */
import type { FieldLayout } from './layout.js';

/** What lies beyond the edges: the other side (a torus), the nearest cell (nothing flows out), or nothing. */
export const EDGE = { torus: 0, nearest: 1, zero: 2 } as const;
export type Edge = (typeof EDGE)[keyof typeof EDGE];

/**
 * A layer is a field of 32-bit floats as `FieldLayout` says; arguments named `from`, `to`, `u`, `v` and `at` are where one
 * begins. All numbers that say how much are 32-bit floats, rounded already.
 */
export interface FieldKernel {
  readonly kind: 'wasm' | 'js';
  /** The memory, as large as was asked for. */
  readonly buffer: ArrayBuffer;
  /** Where its free part begins. */
  readonly heap: number;
  /** Fills the margin of a layer, from which a step is going to read. */
  halo(at: number, edge: Edge): void;
  /** A step of Gray-Scott: see sim/field/gray-scott.ts. */
  react(
    u: number,
    v: number,
    toU: number,
    toV: number,
    keepU: number,
    keepV: number,
    spreadU: number,
    spreadV: number,
    feed: number,
    dt: number,
  ): void;
  /** A step of Lenia: see sim/field/lenia.ts. */
  convolve(
    from: number,
    to: number,
    scratch: number,
    taps: number,
    singles: number,
    pairs: number,
    radius: number,
    mu: number,
    narrow: number,
    dt: number,
    quiet: boolean,
  ): void;
  /** Writes a layer as tiles of bit-planes: each value times `scale`, rounded, at most `2 ** planes - 1`. */
  quantise(from: number, to: number, planes: number, scale: number): void;
  /** Makes the tiles at `told` equal to those at `now`; writes keys of those that differed to `keys`, says how many. */
  diff(now: number, told: number, tiles: number, tileBytes: number, keys: number): number;
}

/** Makes a kernel for a layout, with this many bytes beyond its heap. @throws MemoryError */
export type MakeKernel = (layout: FieldLayout, bytes: number) => FieldKernel;
