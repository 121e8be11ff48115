/** WebAssembly's binary format (webassembly.github.io/spec/core/binary), as far as kernels need it. */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const VECTOR = 0xfd;

/** Opcodes without operands. */
export const OPS = {
  end: [0x0b],
  select: [0x1b],
  else: [0x05],
  i32_eqz: [0x45],
  i32_eq: [0x46],
  i32_lt_u: [0x49],
  i32_ge_u: [0x4f],
  i32_ctz: [0x68],
  i32_add: [0x6a],
  i32_sub: [0x6b],
  i32_and: [0x71],
  i32_shl: [0x74],
  i32_shr_u: [0x76],
  i64_add: [0x7c],
  i64_and: [0x83],
  i64_or: [0x84],
  i64_shl: [0x86],
  i64_shr_u: [0x88],
  i64_extend_i32_u: [0xad],
  not: [VECTOR, 0x4d],
  and: [VECTOR, 0x4e],
  andn: [VECTOR, 0x4f],
  or: [VECTOR, 0x50],
  xor: [VECTOR, 0x51],
  any_true: [VECTOR, 0x53],
  i64x2_shl: [VECTOR, 0xcb, 0x01],
  i64x2_shr_u: [VECTOR, 0xcd, 0x01],
  i64x2_add: [VECTOR, 0xce, 0x01],
} as const;

/** An unsigned number, LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  bytes.push(value);
  return bytes;
}

/** A signed 32-bit number, LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && !(byte & 64)) || (value === -1 && byte & 64)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

const section = (id: number, content: readonly number[]): number[] => [id].concat(unsigned(content.length), content);
const name = (text: string): number[] => vector([...text].map((char) => [char.charCodeAt(0)]));

function vector(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length);
  for (const item of items) for (const byte of item) bytes.push(byte);
  return bytes;
}

/** The body of a function, written from first to last instruction. */
export class Code {
  readonly #bytes: number[] = [];
  readonly #locals: number[] = [];

  /** @param parameters How many, all of them i32. The result is an i64. */
  constructor(readonly parameters: number) {}

  /** A new local; those of one type need not be asked for in one go. */
  local(type: number): number {
    this.#locals.push(type);
    return this.parameters + this.#locals.length - 1;
  }

  op(...names: (keyof typeof OPS)[]): void {
    for (const name of names) for (const byte of OPS[name]) this.#bytes.push(byte);
  }

  get(local: number): void {
    this.#local(LOCAL_GET, local);
  }

  set(local: number): void {
    this.#local(LOCAL_SET, local);
  }

  tee(local: number): void {
    this.#local(LOCAL_TEE, local);
  }

  #local(op: number, local: number): void {
    if (local < 128) this.#bytes.push(op, local);
    else this.#bytes.push(op, ...unsigned(local));
  }

  i32(value: number): void {
    this.#bytes.push(0x41, ...signed(value));
  }

  i64(value: number): void {
    this.#bytes.push(0x42, ...signed(value));
  }

  zero128(): void {
    this.#bytes.push(VECTOR, 0x0c, ...new Array(16).fill(0));
  }

  /** Reads 16 bytes; the address is on the stack. @param offset Bytes, added to it. */
  load(offset: number): void {
    this.#bytes.push(VECTOR, 0x00, 4, ...unsigned(offset));
  }

  store(offset: number): void {
    this.#bytes.push(VECTOR, 0x0b, 4, ...unsigned(offset));
  }

  /** Reads 32 bits into an i32. */
  load32(offset: number): void {
    this.#bytes.push(0x28, 2, ...unsigned(offset));
  }

  /** Reads 32 bits into an i64. */
  load32To64(offset: number): void {
    this.#bytes.push(0x35, 2, ...unsigned(offset));
  }

  /** One half of a vector as i64. */
  lane(index: 0 | 1): void {
    this.#bytes.push(VECTOR, 0x1d, index);
  }

  /** The middle of two vectors: the upper half of the first, the lower half of the second. */
  middle(): void {
    this.#bytes.push(VECTOR, 0x0d, ...Array.from({ length: 16 }, (_, i) => i + 8));
  }

  block(): void {
    this.#bytes.push(0x02, 0x40);
  }

  loop(): void {
    this.#bytes.push(0x03, 0x40);
  }

  if(): void {
    this.#bytes.push(0x04, 0x40);
  }

  branch(depth: number): void {
    this.#bytes.push(0x0c, depth);
  }

  branchIf(depth: number): void {
    this.#bytes.push(0x0d, depth);
  }

  /** The function as it stands in a module. */
  finish(): number[] {
    const locals = this.#locals.map((type) => [1, type]);
    const body = vector(locals).concat(this.#bytes, OPS.end);
    return unsigned(body.length).concat(body);
  }
}

/**
 * A module that imports `env.memory` and exports functions.
 *
 * @param shared Whether the memory is: an import must say what the memory is.
 */
export function wasmModule(functions: Readonly<Record<string, Code>>, shared: boolean): Uint8Array<ArrayBuffer> {
  const codes = Object.values(functions);
  const types = codes.map(({ parameters }) => [0x60, ...vector(new Array(parameters).fill([I32])), 1, I64]);
  const limits = shared ? [0x03, 0, ...unsigned(65536)] : [0x00, 0];
  const exported = Object.keys(functions).map((key, index) => [...name(key), 0x00, ...unsigned(index)]);
  const head = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return new Uint8Array(
    head.concat(
      section(1, vector(types)),
      section(2, vector([[...name('env'), ...name('memory'), 0x02, ...limits]])),
      section(3, vector(codes.map((_, index) => unsigned(index)))),
      section(7, vector(exported)),
      section(10, vector(codes.map((code) => code.finish()))),
    ),
  );
}
