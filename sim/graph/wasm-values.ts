/**
 * The values of a program as WebAssembly: 128 cells at once. What is known of the last rows stays in locals; of each such
 * value there are three, used in turn, so that rows written out one after another rename instead of moving.
 */
import type { Program, Value } from './program.js';
import { type Code, V128 } from './wasm-code.js';

/** Locals that hold where a row lies: here, in the block to the left, in the block to the right. */
export type Pointers = readonly [number, number, number];

export class WasmValues {
  /** Locals of kept values, by row modulo 3, and of others that are wanted more than once. */
  readonly #slots = new Map<Value, number[]>();
  readonly #shared = new Map<Value, number>();
  /** What has been computed for the present row. */
  readonly #done = new Set<Value>();
  /** Number of the newest row modulo 3, and where it lies. */
  #newest = 0;
  #pointers: Pointers = [0, 0, 0];
  #offset = 0;

  /** @param stride Bytes from a plane of a block to its next plane. */
  constructor(
    private readonly code: Code,
    private readonly program: Program,
    private readonly stride: number,
  ) {
    for (const { value } of program.kept)
      this.#slots.set(
        value,
        [0, 1, 2].map(() => code.local(V128)),
      );
  }

  /**
   * Computes what is wanted of a row.
   *
   * @param row Counts from the row above the first one. @param offset Bytes from the pointers.
   */
  row(row: number, pointers: Pointers, offset: number): void {
    this.#newest = row % 3;
    this.#done.clear();
    this.#pointers = pointers;
    this.#offset = offset;
    for (const { value } of this.program.kept) {
      this.push(value);
      this.code.set(this.#slots.get(value)![this.#newest]);
    }
  }

  /** After so many rows: puts the two that are still wanted where the next round looks for them. */
  turn(rows: number): void {
    if (rows % 3 === 0) return;
    const { code } = this;
    for (const { value } of this.program.kept) {
      const slots = this.#slots.get(value)!;
      // Both are read before one is written.
      code.get(slots[(rows + 1) % 3]);
      code.get(slots[rows % 3]);
      code.set(slots[0]);
      code.set(slots[1]);
    }
  }

  /** Leaves a value on the stack. */
  push(value: Value): void {
    const { code } = this;
    if (value.op === 'kept') return code.get(this.#slots.get(value.a!)![(this.#newest + 3 - value.index) % 3]);
    const slot = this.#slots.get(value)?.[this.#newest];
    const wanted = value.uses > 1 || value.op === 'own';
    const local = slot ?? (wanted ? this.#local(value) : undefined);
    if (local === undefined) return this.#compute(value);
    if (this.#done.has(value)) return code.get(local);
    this.#compute(value);
    code.tee(local);
    this.#done.add(value);
  }

  #local(value: Value): number {
    let local = this.#shared.get(value);
    if (local === undefined) {
      local = this.code.local(V128);
      this.#shared.set(value, local);
    }
    return local;
  }

  #compute(value: Value): void {
    const { code } = this;
    const { living } = this.program;
    const [own, left, right] = this.#pointers;
    if (value.op === 'zero') code.zero128();
    else if (value.op === 'own') this.#load(own, value.index);
    else if (value.op === 'left') {
      // Adding shifts left, and spares the shifter.
      this.push(living);
      this.push(living);
      code.op('i64x2_add');
      this.#elsewhere(living, left);
      this.push(living);
      code.middle();
      code.i32(63);
      code.op('i64x2_shr_u');
      code.op('or');
    } else if (value.op === 'right') {
      this.push(living);
      code.i32(1);
      code.op('i64x2_shr_u');
      this.push(living);
      this.#elsewhere(living, right);
      code.middle();
      code.i32(63);
      code.op('i64x2_shl');
      code.op('or');
    } else {
      this.push(value.a!);
      if (value.b) this.push(value.b);
      code.op(value.op as 'and');
    }
  }

  /** A function of the own planes, of the same row in another block. */
  #elsewhere(value: Value, pointer: number): void {
    if (value.op === 'own') return this.#load(pointer, value.index);
    this.#elsewhere(value.a!, pointer);
    if (value.b) this.#elsewhere(value.b, pointer);
    this.code.op(value.op as 'and');
  }

  #load(pointer: number, plane: number): void {
    this.code.get(pointer);
    this.code.load(this.#offset + plane * this.stride);
  }
}
