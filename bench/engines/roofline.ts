/** How near a kernel comes to what the processor could do at best: nothing but logic on 128 bits, four or so at a time. */

import { compileRows } from '../../sim/graph/print-wasm.js';
import { operations, programOf } from '../../sim/graph/program.js';
import { Code, I32, I64, V128, wasmModule } from '../../sim/graph/wasm-code.js';
import { parseRule } from '../../sim/rule/parse.js';
import { median } from '../table.js';

export interface Roofline {
  rule: string;
  /** 10^9 operations a second on 128 bits that could be, at best. */
  limit: number;
  /** Operations for 128 cells: those of the rule; with the shifts, and with finding what changed. */
  operations: number;
  /** 10^9 cells a second, median of calm turns, of the kernel alone, all in the nearest cache. */
  gcells: number;
  /** What the kernel's operations are of the limit, median of calm turns' ratios. */
  share: number;
  /** The same of the kernel that is not asked what changed, which computes most blocks of a lively world. */
  unasked: number;
}

/** Of both neighbours in a row: additions, shifts, shuffles. */
const SIDES = 8;
/** What differs, and that something does. */
const FLAGS = 2;
/** Vectors in a register each, beside three that are worked with: sixteen there are, and one is the compiler's. */
const CHAINS = 10;
const UNROLLED = 20;
const BLOCKS = 8;
const ROWS = 64;
/** A turn of a kernel takes a sixth of a millisecond or so, one of the limit before and after it less. */
const TURNS = 150;
const OPERATIONS = 3_000;
const CALLS = 50;
/**
 * A processor is shared, with others on the machine and with other machines. So only turns count in which the limit was
 * within this of its best, both before and after: they are chosen by what the limit took, not by what the kernel did.
 */
const CALM = 1.02;
const LEAST_CALM = 5;
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
function caller(called: string): Uint8Array<ArrayBuffer> {
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
    ...section(2, [[...text('kernel'), ...text(called), 0x00, 0]]),
    ...section(3, [[1]]),
    ...section(7, [[...text('run'), 0x00, 1]]),
    ...section(10, [[...leb(code.length), ...code]]),
  ]);
}

type Run = (n: number) => bigint;

/** Seconds for 128 cells, and for an operation of the limit about that time: mean and worse of two. */
interface Turn {
  row: number;
  limit: number;
  worse: number;
}

interface Kernel {
  run: Run;
  /** Operations for 128 cells. */
  operations: number;
  turns: Turn[];
}

/** In turns. */
export function roofline(rules: readonly string[], rounds: number): Roofline[] {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const load = (bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports, name: string) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports[name] as Run;
  const env = { memory };
  const words = new Uint32Array(memory.buffer);
  for (let block = 0; block < BLOCKS; block++) {
    const at = (b: number) => FIRST + ((b + BLOCKS) % BLOCKS) * 1024;
    const [above, here, below] = [at(block - 1) + 1008, at(block), at(block + 1)];
    // Left and right of each block is the block itself.
    words.set([above, above, above, here, here, below, below, below, here, 7], headAt(block) / 4);
  }
  const kernel = (text: string, name: 'whole' | 'blind'): Kernel => {
    const rule = parseRule(text);
    const called = load(compileRows(rule, OPTIONS), { env }, name);
    const run = load(caller(name), { kernel: { [name]: called } as unknown as WebAssembly.ModuleImports }, 'run');
    return { run, operations: operations(programOf(rule)) + SIDES + (name === 'whole' ? FLAGS : 0), turns: [] };
  };
  const kernels = rules.map((text) => [kernel(text, 'whole'), kernel(text, 'blind')] as const);
  const limit = load(logic(), { env }, 'logic');
  const time = (run: Run, n: number): number => {
    const before = performance.now();
    run(n);
    return (performance.now() - before) / 1000 / n;
  };
  const operation = () => time(limit, OPERATIONS) / (CHAINS * UNROLLED);
  // What a kernel computes of noise may die out, which takes it as long: it looks at no content.
  const row = (run: Run) => time(run, CALLS) / (2 * BLOCKS * ROWS);
  // The first turns do not count: code is made better while it waits to be called again.
  for (let turn = -TURNS; turn < rounds * TURNS; turn++) {
    let before = operation();
    for (const { run, turns } of kernels.flat()) {
      const seconds = row(run);
      const after = operation();
      if (turn >= 0) turns.push({ row: seconds, limit: (before + after) / 2, worse: Math.max(before, after) });
      before = after;
    }
  }
  const best = Math.min(...kernels.flat().flatMap(({ turns }) => turns.map(({ worse }) => worse)));
  const calm = ({ turns }: Kernel) => {
    const sorted = [...turns].sort((a, b) => a.worse - b.worse);
    return sorted.filter(({ worse }, i) => i < LEAST_CALM || worse < best * CALM);
  };
  const share = (one: Kernel) => median(calm(one).map((turn) => (one.operations * turn.limit) / turn.row));
  return kernels.map(([whole, blind], i) => ({
    rule: rules[i]!,
    limit: 1 / best / 1e9,
    operations: whole.operations,
    gcells: 128 / median(calm(whole).map((turn) => turn.row)) / 1e9,
    share: share(whole),
    unasked: share(blind),
  }));
}
