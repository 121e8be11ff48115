/** Larger than Life in WebAssembly: 16 cells an instruction. The work itself is in assembly/. */
import { MemoryError } from '../../errors.js';
import { neighborhoodSize, spans } from '../../rule/larger.js';
import type { LargerRule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import { type LargeKernel, TILE } from './engine.js';
import { KERNEL } from './kernel.wasm.js';

interface Exports {
  memory: WebAssembly.Memory;
  heap(): number;
  configure(
    width: number,
    height: number,
    a: number,
    b: number,
    snapshot: number,
    marksA: number,
    marksB: number,
    dirty: number,
    planes: number,
  ): void;
  setRule(
    torus: number,
    range: number,
    states: number,
    reach: bigint,
    size: number,
    birthLow: number,
    birthHigh: number,
    survivalLow: number,
    survivalHigh: number,
  ): void;
  step(parity: number): void;
  pack(parity: number, key: number, planes: number): void;
  unpack(parity: number, key: number, planes: number): void;
  diff(parity: number, key: number): number;
  population(parity: number): number;
}

const PAGE = 65536;
let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(KERNEL), (ch) => ch.charCodeAt(0)));
  return compiled;
}

/** Rejects where there is no WebAssembly SIMD, or a page's policy forbids it; with a MemoryError where there is no room. */
export async function createWasmKernel(layout: Layout): Promise<LargeKernel> {
  const instance = await WebAssembly.instantiate(await compile(), {
    env: {
      abort() {
        throw new Error('The WebAssembly kernel stopped.');
      },
    },
  });
  return new WasmKernel(layout, instance.exports as unknown as Exports);
}

class WasmKernel implements LargeKernel {
  readonly cells: readonly [Uint8Array, Uint8Array];
  readonly marks: readonly [Uint8Array, Uint8Array];
  readonly dirty: Uint8Array;
  readonly planes: Uint32Array;

  constructor(
    layout: Layout,
    private readonly wasm: Exports,
  ) {
    const { width, height, tilesX, tilesY } = layout;
    const tiles = tilesX * tilesY;
    const cellBytes = tiles * TILE;
    let end = wasm.heap();
    const take = (bytes: number): number => {
      const at = Math.ceil(end / 64) * 64;
      end = at + bytes;
      return at;
    };
    const places = [cellBytes, cellBytes, cellBytes, tiles, tiles, tiles, 8 * 512].map(take);
    const [a, b, snapshot, marksA, marksB, dirty, planes] = places;
    const { memory } = wasm;
    try {
      const missing = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) memory.grow(missing);
    } catch {
      throw new MemoryError(
        `A grid of ${width}x${height} needs ${Math.ceil(end / 2 ** 20)} MiB under a rule of Larger than Life, which this machine does not give: use a smaller one.`,
      );
    }
    wasm.configure(width, height, a, b, snapshot, marksA, marksB, dirty, planes);
    const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
    this.cells = [bytes(a, cellBytes), bytes(b, cellBytes)];
    this.marks = [bytes(marksA, tiles), bytes(marksB, tiles)];
    this.dirty = bytes(dirty, tiles);
    this.planes = new Uint32Array(memory.buffer, planes, 8 * 128);
  }

  setRule({ range, states, neighborhood, middle, birth, survival }: LargerRule, torus: boolean): void {
    const reach = spans(range, neighborhood).reduce((bits, half, d) => bits | (BigInt(half) << BigInt(4 * d)), 0n);
    const size = neighborhoodSize(range, neighborhood);
    // The kernel counts a cell itself; a living one that does not count itself must be counted one more.
    const own = middle ? 0 : 1;
    const [s0, s1] = survival.map((n) => n + own);
    this.wasm.setRule(torus ? 1 : 0, range, states, reach, size, birth[0], birth[1], s0, s1);
  }

  step(parity: number): void {
    this.wasm.step(parity);
  }

  pack(parity: number, key: number, planes: number): void {
    this.wasm.pack(parity, key, planes);
  }

  unpack(parity: number, key: number, planes: number): void {
    this.wasm.unpack(parity, key, planes);
  }

  diff(parity: number, key: number): boolean {
    return this.wasm.diff(parity, key) !== 0;
  }

  population(parity: number): number {
    return this.wasm.population(parity);
  }
}
