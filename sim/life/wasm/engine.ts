/** The engine in WebAssembly: 128 cells an instruction. Layout and marks are those of the TypeScript engine. */
import { MemoryError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import { BlockEngine, type BlockMemory } from '../blocks.js';
import { BLOCK_BYTES, BLOCK_WORDS, type Layout } from '../layout.js';
import { KERNEL } from './kernel.wasm.js';

interface Kernel {
  memory: WebAssembly.Memory;
  heap(): number;
  configure(...numbers: number[]): void;
  setRule(kind: number, torus: number, birth: number, survival: number): void;
  step(parity: number): void;
  diff(parity: number, tilesX: number): number;
  population(parity: number): number;
}

const PAGE = 65536;
let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiles the kernel, once for all worlds. Rejects where there is no WebAssembly SIMD, or a page's policy forbids it. */
function compile(): Promise<WebAssembly.Module> {
  compiled ??= (async () => {
    const text = atob(KERNEL);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return WebAssembly.compile(bytes);
  })();
  return compiled;
}

/** @throws MemoryError when the memory cannot be had; anything else means that there is no WebAssembly here. */
export async function createWasmEngine(layout: Layout): Promise<WasmEngine> {
  const instance = await WebAssembly.instantiate(await compile(), {
    env: {
      abort() {
        throw new Error('The WebAssembly kernel stopped.');
      },
    },
  });
  return new WasmEngine(layout, instance.exports as unknown as Kernel);
}

export class WasmEngine extends BlockEngine {
  readonly kind = 'wasm';
  readonly #kernel: Kernel;
  readonly #keys: Uint32Array;

  constructor(layout: Layout, kernel: Kernel) {
    const { memory, keys } = allocate(layout, kernel);
    super(layout, memory);
    this.#kernel = kernel;
    this.#keys = keys;
  }

  override configure(rule: Rule, torus: boolean): void {
    super.configure(rule, torus);
    const { birth, survival, neighborhood, text } = this.rule;
    const kind = text === 'B3/S23' ? 0 : neighborhood === 'moore' ? 1 : 2;
    this.#kernel.setRule(kind, torus ? 1 : 0, birth, survival);
  }

  protected override next(): void {
    this.#kernel.step(this.parity);
    this.parity ^= 1;
  }

  override population(): number {
    return this.#kernel.population(this.parity);
  }

  override changed(): Uint32Array {
    return this.#keys.slice(0, this.#kernel.diff(this.parity, this.layout.tilesX));
  }
}

function allocate(layout: Layout, kernel: Kernel): { memory: BlockMemory; keys: Uint32Array } {
  const { blocks, flagBytes, tilesX, tilesY } = layout;
  const cellBytes = blocks * BLOCK_BYTES;
  let end = kernel.heap();
  const take = (bytes: number): number => {
    const at = Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES;
    end = at + bytes;
    return at;
  };
  const a = take(cellBytes);
  const b = take(cellBytes);
  const snapshot = take(cellBytes);
  const marksA = take(flagBytes);
  const marksB = take(flagBytes);
  const state = take(flagBytes);
  const keys = take(tilesX * tilesY * 4);
  // The kernel may look one block beyond the cells.
  take(BLOCK_BYTES * 2);
  const missing = Math.ceil(end / PAGE) - kernel.memory.buffer.byteLength / PAGE;
  try {
    if (missing > 0) kernel.memory.grow(missing);
  } catch {
    throw new MemoryError(
      `A grid of ${layout.width}x${layout.height} needs ${Math.ceil(end / 2 ** 20)} MiB, which this machine does not give: use a smaller one.`,
    );
  }
  kernel.configure(
    layout.blocksX,
    layout.blocksY,
    layout.flagStride,
    layout.lastWidth,
    layout.lastHeight,
    a,
    b,
    snapshot,
    marksA,
    marksB,
    state,
    keys,
  );
  const { buffer } = kernel.memory;
  const cells = (at: number) => new Uint32Array(buffer, at, blocks * BLOCK_WORDS);
  const flags = (at: number) => new Uint8Array(buffer, at, flagBytes);
  return {
    memory: {
      buffers: [cells(a), cells(b)],
      snapshot: cells(snapshot),
      marks: [flags(marksA), flags(marksB)],
      state: flags(state),
    },
    keys: new Uint32Array(buffer, keys, tilesX * tilesY),
  };
}
