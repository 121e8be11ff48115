/** The memory of a world in WebAssembly: where the driver finds what, and who works on it. */

import { MemoryError } from '../../errors.js';
import { compileRows } from '../../graph/print-wasm.js';
import type { Rule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import { KERNEL } from './kernel.wasm.js';
import { nextSky } from './sky.js';

/** What assembly/index.ts exports. */
export interface Driver {
  attach(): void;
  /** Slot of a block, made if there is none; 0 where there is no memory. */
  blockFor(bx: number, by: number): number;
  step(parity: number): void;
  wake(slot: number): void;
  wakeAll(): void;
  wakeBorder(): void;
  linkAll(): void;
  sweep(): void;
  diff(parity: number): number;
  flip(first: number, last: number, by: number): void;
  population(parity: number): number;
  dead(parity: number, sky: number): number;
}

const PAGE = 65536;
/** Blocks a slab holds: all their even generations, all odd ones, all snapshots, then a head of 64 bytes each. */
const SLAB = 64;
// As in assembly/world.ts.
const SLOTS = 64;
const CAPACITY = 68;
const FULL = 80;
const SORTED = 84;
const KEEP = 128;
const EAST = 144;
const ARRAYS = 1024 * 33;
const TORUS = 52;
const LIT_OUTSIDE = 56;

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiles the driver, once for all worlds. Rejects where there is no WebAssembly SIMD, or a page's policy forbids it. */
export function compileDriver(): Promise<WebAssembly.Module> {
  compiled ??= (async () => {
    const text = atob(KERNEL);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return WebAssembly.compile(bytes);
  })();
  return compiled;
}

/** Kernels made lately, by the text of their rule and the state of the sky. */
const kernels = new Map<string, WebAssembly.Module>();
const MOST_KERNELS = 64;

/** @throws RuleError where there can be none. */
export function kernelFor(rule: Rule, sky: number): WebAssembly.Module {
  const name = `${rule.text} ${sky}`;
  let kernel = kernels.get(name);
  kernels.delete(name);
  kernel ??= new WebAssembly.Module(compileRows(rule, { keep: KEEP, east: EAST, sky, nextSky: nextSky(rule, sky) }));
  kernels.set(name, kernel);
  if (kernels.size > MOST_KERNELS) kernels.delete(kernels.keys().next().value!);
  return kernel;
}

export class WorldMemory {
  readonly memory: WebAssembly.Memory;
  readonly #directory: number;
  readonly #state: number;
  readonly #marks: readonly [number, number];
  readonly #keys: number;
  readonly #pool: number;
  /** By the state of the sky. */
  readonly #drivers: Driver[] = [];
  #words = new Uint32Array(0);
  #bytes = new Uint8Array(0);

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    private readonly module: WebAssembly.Module,
    readonly layout: Layout,
    readonly planes: number,
    /** Bytes the world may take. */
    private readonly limit: number,
  ) {
    const { blocks, blocksX, blocksY, lastWidth, lastHeight, tilesX, tilesY } = layout;
    // Slots 0 and 1 are no blocks of the grid.
    const slots = Math.ceil((blocks + 2) / SLAB) * SLAB;
    let end = ARRAYS;
    const take = (bytes: number): number => {
      const at = Math.ceil(end / 1024) * 1024;
      end = at + bytes;
      return at;
    };
    this.#directory = take(blocks * 4);
    this.#marks = [take(slots), take(slots)];
    this.#state = take(slots);
    this.#keys = take(tilesX * tilesY * 4);
    this.#pool = take(this.#slabBytes);
    const initial = Math.ceil((end + 2048) / PAGE);
    const maximum = Math.min(65535, Math.floor(limit / PAGE));
    try {
      this.memory = new WebAssembly.Memory({ initial, maximum: Math.max(maximum, 1) });
    } catch {
      throw new MemoryError(this.#refusal(initial * PAGE));
    }
    this.words.set(
      [blocksX, blocksY, lastWidth, lastHeight, planes, tilesX, this.#directory, ...this.#marks, this.#state].concat([
        this.#keys,
        this.#pool,
        blocks + 2,
      ]),
    );
    this.#put(SLOTS, 2);
    this.#put(CAPACITY, SLAB);
    for (let x = 0; x < lastWidth; x++) this.bytes[KEEP + (x >> 3)] |= 1 << (x & 7);
    this.bytes[EAST + ((lastWidth - 1) >> 3)] |= 1 << ((lastWidth - 1) & 7);
  }

  /** All memory. Growing moves it: good until a block is made. */
  get words(): Uint32Array {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.memory.buffer);
    return this.#words;
  }
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Who computes by this rule, which must be the same until `setEdges`, under this sky. */
  driver(rule: Rule, sky: number): Driver {
    let driver = this.#drivers[sky];
    if (driver) return driver;
    const { memory } = this;
    const env = {
      memory,
      abort() {
        throw new Error('The WebAssembly kernel stopped.');
      },
    };
    const kernel = new WebAssembly.Instance(kernelFor(rule, sky), { env: { memory } }).exports;
    driver = new WebAssembly.Instance(this.module, { env, kernel }).exports as unknown as Driver;
    driver.attach();
    this.#drivers[sky] = driver;
    return driver;
  }

  /** Forgets the drivers: their rules are gone, or the edges have changed. */
  setEdges(torus: boolean, litOutside: boolean): void {
    this.#put(TORUS, torus ? 1 : 0);
    this.#put(LIT_OUTSIDE, litOutside ? 1 : 0);
    this.#drivers.length = 0;
  }

  /** A block found no room since this was last asked. */
  takeFull(): boolean {
    const full = this.#get(FULL) !== 0;
    this.#put(FULL, 0);
    return full;
  }

  get full(): boolean {
    return this.#get(FULL) !== 0;
  }

  refuse(done = 0): MemoryError {
    return new MemoryError(this.#refusal(this.memory.buffer.byteLength), done);
  }

  /** The slot of a block; 0 where there is none, which is a block of zeros. */
  slotAt(place: number): number {
    return this.words[(this.#directory >> 2) + place];
  }

  /** Slots that hold blocks, or did. */
  get slots(): number {
    return this.#get(SLOTS);
  }

  /** The place of the block in a slot; undefined where there is none. */
  placeOf(slot: number): number | undefined {
    const head = this.#slab(slot) + 3 * SLAB * 1024 * this.planes + (slot % SLAB) * 64;
    const place = this.words[head / 4 + 9];
    return place === 0xffffffff ? undefined : place;
  }

  /** Word index of a plane of a block in buffer 0, 1 or 2 (the snapshot). */
  planeAt(slot: number, buffer: number, plane: number): number {
    const bytes = 1024 * this.planes;
    return (this.#slab(slot) + buffer * SLAB * bytes + (slot % SLAB) * bytes + plane * 1024) / 4;
  }

  setState(slot: number, state: number): void {
    this.bytes[this.#state + slot] = state;
  }

  unmark(): void {
    for (const marks of this.#marks) this.bytes.fill(0, marks, marks + this.slots);
  }

  /** The first `found` keys, in order. */
  keys(found: number): Uint32Array {
    const keys = this.words.slice(this.#keys / 4, this.#keys / 4 + found);
    return this.#get(SORTED) ? keys : keys.sort();
  }

  get #slabBytes(): number {
    return SLAB * (3 * 1024 * this.planes + 64);
  }
  #slab(slot: number): number {
    return this.#pool + Math.floor(slot / SLAB) * this.#slabBytes;
  }
  #get(at: number): number {
    return this.words[at >> 2];
  }
  #put(at: number, value: number): void {
    this.words[at >> 2] = value;
  }
  #refusal(bytes: number): string {
    const { width, height } = this.layout;
    const have = `${Math.ceil(bytes / 2 ** 20)} MiB`;
    const why = bytes >= this.limit - PAGE * 64 ? 'it may not take more' : 'this machine does not give more';
    return `There is no memory for what comes next in this grid of ${width}x${height}: it has ${have}, and ${why}. Use a smaller grid or pattern.`;
  }
}
