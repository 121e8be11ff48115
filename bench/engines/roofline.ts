/** How near a kernel comes to what the processor could do at best: nothing but logic on 128 bits, four or so at a time. */

import { compileRows } from '../../sim/graph/print-wasm.js';
import { operations, programOf } from '../../sim/graph/program.js';
import { Code, I32, I64, V128, wasmModule } from '../../sim/graph/wasm-code.js';
import { parseRule } from '../../sim/rule/parse.js';
import { median } from '../table.js';

export interface Roofline {
  rule: string;
  /** 10^9 operations a second on 128 bits that could be, median. */
  limit: number;
  /** Operations for 128 cells: those of the rule; with the shifts, and with finding what changed. */
  operations: number;
  /** 10^9 cells a second, median, of the kernel alone, all in the nearest cache. */
  gcells: number;
  /** What the kernel's operations are of the limit, median of the rounds' ratios. */
  share: number;
}

/** Of both neighbours in a row: additions, shifts, shuffles. */
const SIDES = 8;
/** What differs, and that something does. */
const FLAGS = 2;
/** Vectors in a register each, beside three that are worked with: sixteen there are, and one is the compiler's. */
const CHAINS = 10;
const UNROLLED = 20;
const BLOCKS = 8;
/** As for the engine: see `compileRows`. */
const OPTIONS = { keep: 0, east: 16 };
/** Where the blocks lie, after what tells of each where it lies. */
const FIRST = 1024;
const headAt = (block: number): number => 64 + block * 64;

/** A loop of independent operations: `(n: i32) -> i64` does so many times CHAINS * UNROLLED of them. */
function logic(): Uint8Array<ArrayBuffer> {
  const code = new Code(1);
  const others = [0, 16, 32].map((at) => {
    const local = code.local(V128);
    code.i32(at);
    code.load(0);
    code.set(local);
    return local;
  });
  const chains = Array.from({ length: CHAINS }, () => code.local(V128));
  code.loop();
  for (let i = 0; i < UNROLLED; i++)
    for (const chain of chains) {
      code.get(chain);
      code.get(others[i % 3]!);
      code.op((['xor', 'and', 'or'] as const)[i % 3]!);
      code.set(chain);
    }
  code.get(0);
  code.i32(1);
  code.op('i32_sub');
  code.tee(0);
  code.branchIf(0);
  code.op('end');
  code.zero128();
  for (const chain of chains) {
    code.get(chain);
    code.op('xor');
  }
  code.lane(0);
  return wasmModule({ logic: code }, false);
}

/**
 * Calls the kernel for a ring of blocks below each other, `(n: i32) -> i64` times for each of them: both generations of
 * all together, 16 KB, stay in the nearest cache. Written in bytes, since what prints kernels has no calls.
 */
function caller(): Uint8Array<ArrayBuffer> {
  const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >> 7)]);
  const i32 = (n: number): number[] => {
    const bytes = leb(n);
    // The highest bit of the last byte would be a sign.
    return [0x41, ...(bytes.at(-1)! & 64 ? [...bytes.slice(0, -1), bytes.at(-1)! | 128, 0] : bytes)];
  };
  const vector = (items: number[][]): number[] => [...leb(items.length), ...items.flat()];
  const section = (id: number, items: number[][]): number[] => {
    const content = vector(items);
    return [id, ...leb(content.length), ...content];
  };
  const text = (name: string): number[] => [name.length, ...Buffer.from(name)];
  const body: number[] = [0x03, 0x40];
  for (let parity = 0; parity < 2; parity++)
    for (let block = 0; block < BLOCKS; block++) {
      const bytes = BLOCKS * 1024;
      body.push(...[headAt(block), parity * bytes, (1 - parity) * bytes].flatMap(i32), 0x10, 0, 0x20, 1, 0x7c, 0x21, 1);
    }
  body.push(0x20, 0, ...i32(1), 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0b);
  const code = [1, 1, I64, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [
      [0x60, 3, I32, I32, I32, 1, I64],
      [0x60, 1, I32, 1, I64],
    ]),
    ...section(2, [[...text('kernel'), ...text('whole'), 0x00, 0]]),
    ...section(3, [[1]]),
    ...section(7, [[...text('run'), 0x00, 1]]),
    ...section(10, [[...leb(code.length), ...code]]),
  ]);
}

type Run = (n: number) => bigint;

/** Both in turns. */
export function roofline(rules: readonly string[], rounds: number): Roofline[] {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const load = (bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports, name: string) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports[name] as Run;
  const env = { memory };
  const limit = load(logic(), { env }, 'logic');
  const words = new Uint32Array(memory.buffer);
  for (let block = 0; block < BLOCKS; block++) {
    const at = (b: number) => FIRST + ((b + BLOCKS) % BLOCKS) * 1024;
    const [above, here, below] = [at(block - 1) + 1008, at(block), at(block + 1)];
    // Left and right of each block is the block itself.
    words.set([above, above, above, here, here, below, below, below, here, 7], headAt(block) / 4);
  }
  const kernels = rules.map((text) => {
    const rule = parseRule(text);
    const whole = load(compileRows(rule, OPTIONS), { env }, 'whole');
    const run = load(caller(), { kernel: { whole } as unknown as WebAssembly.ModuleImports }, 'run');
    const perRow = operations(programOf(rule)) + SIDES + FLAGS;
    return { text, run, perRow, seconds: [] as number[] };
  });
  const time = (run: Run, n: number): number => {
    const before = performance.now();
    run(n);
    return (performance.now() - before) / 1000 / n;
  };
  // Each is called often before it is timed: code is made better while it waits to be called again.
  const limits: number[] = [];
  for (let round = -20; round < rounds; round++) {
    const short = round < 0 ? 0.01 : 1;
    const seconds = time(limit, 1_000_000 * short) / (CHAINS * UNROLLED);
    if (round >= 0) limits.push(1 / seconds / 1e9);
    for (const kernel of kernels) {
      // What a kernel computes of noise may die out, which takes it as long: it looks at no content.
      const seconds = time(kernel.run, 10_000 * short) / (2 * BLOCKS * 64);
      if (round >= 0) kernel.seconds.push(seconds);
    }
  }
  return kernels.map(({ text, perRow, seconds }) => ({
    rule: text,
    limit: median(limits),
    operations: perRow,
    gcells: 128 / median(seconds) / 1e9,
    share: median(seconds.map((one, i) => perRow / one / 1e9 / limits[i]!)),
  }));
}
