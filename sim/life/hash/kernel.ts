/** HashLife's memory and what is done in it: nodes of a quadtree, named by ids. The work itself is in assembly/. */
import { MemoryError } from '../../errors.js';
import type { TotalisticRule } from '../../rule/rule.js';
import { KERNEL } from './kernel.wasm.js';

interface Exports {
  memory: WebAssembly.Memory;
  start(limit: number): void;
  bytes(): number;
  count(): number;
  setRule(kind: number, birth: number, survival: number): void;
  forget(): void;
  allow(limit: number): void;
  collections(): number;
  watch(on: boolean): void;
  hold(place: number, id: number): void;
  prepare(nodes: number): void;
  empty(level: number): number;
  join(level: number, nw: number, ne: number, sw: number, se: number): number;
  leafOf(low: number, high: number): number;
  between(nw: number, ne: number, sw: number, se: number, dx: number, dy: number): number;
  jump(id: number, level: number, k: number): number;
  turn(id: number, level: number, k: number): number;
  tileRows(): number;
  makeTile(): number;
  putTile(id: number, level: number, x: number, y: number): number;
  readTile(id: number): void;
  crop(id: number, level: number, width: number, height: number): number;
  repeat(id: number, level: number, base: number, down: boolean): number;
  population(id: number): number;
  box(id: number): number;
}

export interface KernelOptions {
  /** Most bytes of memory, 4 MiB to 2 GiB. Default 512 MiB. */
  memoryLimit?: number | undefined;
}

/** A tile for a tree: 128 words, two a row. */
export interface PlacedTile {
  x: number;
  y: number;
  rows: Uint32Array;
}

/** Where ids are kept safe from the collector: see `hold`. */
export const HOLD = { root: 0, seen: 1, work: 2 } as const;

let compiled: Promise<WebAssembly.Module> | undefined;

function compile(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(KERNEL), (ch) => ch.charCodeAt(0)));
  return compiled;
}

/** Rejects where there is no WebAssembly SIMD, or a page's policy forbids it. */
export async function createKernel(options: KernelOptions = {}): Promise<HashKernel> {
  const limit = options.memoryLimit ?? 2 ** 29;
  if (!(limit >= 2 ** 22 && limit <= 2 ** 31))
    throw new RangeError(
      `A memory limit of ${limit} bytes is out of range: use 4194304 (4 MiB) to 2147483648 (2 GiB).`,
    );
  const calls: Calls = { tick: () => {}, limit: Math.floor(limit) };
  const instance = await WebAssembly.instantiate(await compile(), {
    env: {
      abort() {
        throw new Error('The WebAssembly kernel stopped.');
      },
      full() {
        throw new MemoryError(
          `HashLife does not come through with its ${Math.round(calls.limit / 2 ** 20)} MiB of memory; the world stands where it came to: take smaller steps, allow it more memory, or use engine "wasm".`,
        );
      },
      tick: () => calls.tick(),
    },
  });
  return new HashKernel(instance.exports as unknown as Exports, calls);
}

interface Calls {
  tick: () => void;
  limit: number;
}

export class HashKernel {
  #u32 = new Uint32Array(0);
  #rule = '';

  constructor(
    readonly wasm: Exports,
    private readonly calls: Calls,
  ) {
    wasm.start(calls.limit);
  }

  /** Most bytes of memory. */
  get limit(): number {
    return this.calls.limit;
  }

  /** As `work`, but `tick` is called now and then (every 16 larger squares); what it throws ends the computation. */
  watched<T>(tick: () => void, work: () => T): T {
    this.calls.tick = tick;
    this.wasm.watch(true);
    try {
      return work();
    } finally {
      this.wasm.watch(false);
    }
  }

  /** From now on it may take so many bytes; not fewer than before. */
  allow(limit: number): void {
    this.calls.limit = Math.max(this.limit, limit);
    this.wasm.allow(this.limit);
  }

  /** Memory as words, valid until the next call that makes nodes. The children of a node are at `id * 8`. */
  get words(): Uint32Array {
    const { buffer } = this.wasm.memory;
    if (this.#u32.buffer !== buffer) this.#u32 = new Uint32Array(buffer);
    return this.#u32;
  }

  /** A child: 0 NW, 1 NE, 2 SW, 3 SE. */
  child(id: number, which: number): number {
    return this.words[id * 8 + which];
  }

  setRule(rule: TotalisticRule): void {
    if (rule.text === this.#rule) return;
    const kind = rule.text === 'B3/S23' ? 0 : rule.neighborhood === 'moore' ? 1 : 2;
    this.wasm.setRule(kind, rule.birth, rule.survival);
    if (this.#rule !== '') this.wasm.forget();
    this.#rule = rule.text;
  }

  /** The tree with this tile (128 words, two a row) in it. */
  putTile(root: number, level: number, x: number, y: number, rows: Uint32Array): number {
    this.words.set(rows, this.wasm.tileRows() >> 2);
    return this.wasm.putTile(root, level, x, y);
  }

  /** The tree with these tiles in it; x and y in tiles, all inside. Nothing may make room meanwhile. */
  putTiles(root: number, level: number, tiles: readonly PlacedTile[]): number {
    if (tiles.length === 0) return root;
    if (level === 6) {
      this.words.set(tiles[0].rows, this.wasm.tileRows() >> 2);
      return this.wasm.makeTile();
    }
    const bit = level - 7;
    const part = (which: number): number =>
      this.putTiles(
        this.child(root, which),
        level - 1,
        tiles.filter(({ x, y }) => (((x >> bit) & 1) | (((y >> bit) & 1) << 1)) === which),
      );
    const [nw, ne] = [part(0), part(1)];
    return this.wasm.join(level, nw, ne, part(2), part(3));
  }

  /** The cells of a node of level 6: 128 words, two a row. */
  readTile(id: number): Uint32Array {
    this.wasm.readTile(id);
    const at = this.wasm.tileRows() >> 2;
    return this.words.slice(at, at + 128);
  }

  /** Where something lives: first and last column and row, or undefined. */
  box(id: number): { minX: number; minY: number; maxX: number; maxY: number } | undefined {
    const at = this.wasm.box(id) >>> 2;
    const [minX, minY, maxX, maxY] = this.words.subarray(at, at + 4);
    return minX > maxX ? undefined : { minX, minY, maxX, maxY };
  }
}
