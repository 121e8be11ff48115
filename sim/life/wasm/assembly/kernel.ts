// The rule's own kernel, made at run time: see sim/graph/print-wasm.ts for what pointers and result mean.

// @ts-ignore: decorator
@external("kernel", "rows")
export declare function rows(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64;

// @ts-ignore: decorator
@external("kernel", "rowsCut")
export declare function rowsCut(
  c: usize, l: usize, r: usize, n: usize, nl: usize, nr: usize, s: usize, sl: usize, sr: usize, dst: usize, rows: u32,
): u64;

// @ts-ignore: decorator
@external("kernel", "whole")
export declare function whole(head: usize, from: usize, into: usize): u64;

// @ts-ignore: decorator
@external("kernel", "blind")
export declare function blind(head: usize, from: usize, into: usize): u64;

// @ts-ignore: decorator
@external("kernel", "some")
export declare function some(head: usize, from: usize, into: usize, marked: u32): u64;
