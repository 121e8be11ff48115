/** The memory of a world in blocks: what lies where. The same for WebAssembly and for plain TypeScript. */
import { MemoryError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import type { Driver } from './driver.js';

/**
 * Blocks a slab holds. Slabs follow each other: first the even generations of all its blocks, then the odd ones, then
 * their snapshots, then a head of 128 bytes for each. So neighbours in a row lie side by side, as in a plain picture.
 */
export const SLAB = 64;
export const HEAD_WORDS = 32;
/**
 * Words of a head: 8 slots around, from north-west to south-east, then what edges it lies at, its place, the next free.
 * The other half is the driver's in WebAssembly.
 */
export const FLAGS = 8;
export const PLACE = 9;
export const NEXT_FREE = 10;
/** The place of a slot without a block. */
export const NOWHERE = 0xffffffff;
/** Slot 0 is a block of zeros and stands for all that are not there; slot 1 is what is outside a bounded grid. */
export const NONE = 0;
export const OUTSIDE = 1;
/** State of a block: 0 = empty in both generations and in the snapshot; these; may differ from the snapshot. */
export const USED = 1;
export const CHANGED = 3;

// Words, as in wasm/assembly/world.ts.
const TORUS = 13;
const LIT_OUTSIDE = 14;
const RESULTS = 15;
export const SLOTS = 16;
export const CAPACITY = 17;
export const FREE = 18;
export const FREE_COUNT = 19;
export const FULL = 20;
export const SORTED = 21;
const MARKS_FIRST = 22;
// Bytes: which cells of the last block column are in the grid; its last column; where the lists begin.
export const KEEP = 128;
export const EAST = 144;
const LISTS = 1024 * 33;

const PAGE = 65536;

export abstract class BlockMemory {
  // Addresses in bytes. A slot number for each place; marks and a byte for each slot; changed keys; what threads tell; slabs.
  readonly directory: number;
  readonly marks: readonly [number, number];
  /** For who computes two generations in one go, which is in WebAssembly only. */
  readonly #marksFirst: number;
  readonly state: number;
  readonly keyList: number;
  readonly results: number;
  readonly pool: number;
  readonly mostSlots: number;
  /** Bytes of a block, of all even generations of a slab, of a slab. */
  readonly blockBytes: number;
  readonly bufferBytes: number;
  readonly slabBytes: number;
  /** Bytes of an empty world, and of one that is full. */
  readonly least: number;
  readonly most: number;
  torus = true;
  #words: Uint32Array = new Uint32Array(0);
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(
    readonly layout: Layout,
    readonly planes: number,
    /** Bytes the world may take. */
    readonly limit: number,
    /** Bytes for what several threads tell of each slot. */
    slotBytes = 0,
    /** Bytes of a mark: which parts of a block are to be computed. */
    private readonly markBytes = 1,
  ) {
    this.blockBytes = 1024 * planes;
    this.bufferBytes = SLAB * this.blockBytes;
    this.slabBytes = 3 * this.bufferBytes + SLAB * HEAD_WORDS * 4;
    this.mostSlots = layout.blocks + 2;
    const slots = Math.ceil(this.mostSlots / SLAB) * SLAB;
    let end = LISTS;
    const take = (bytes: number): number => {
      const at = Math.ceil(end / 1024) * 1024;
      end = at + bytes;
      return at;
    };
    this.directory = take(layout.blocks * 4);
    this.marks = [take(slots * markBytes), take(slots * markBytes)];
    this.#marksFirst = take(markBytes === 1 ? slots : 0);
    this.state = take(slots);
    this.keyList = take(layout.tilesX * layout.tilesY * 4);
    this.results = take(slots * slotBytes);
    this.pool = take(this.slabBytes);
    const pages = (slabs: number) => Math.ceil((this.pool + slabs * this.slabBytes + 2048) / PAGE) * PAGE;
    this.least = pages(1);
    this.most = pages(slots / SLAB);
  }

  /** All of it, as it is now. */
  protected abstract get buffer(): ArrayBufferLike;
  /** Who computes by this rule, which must be the same until `setEdges`, under this sky. @throws RuleError */
  abstract driver(rule: Rule, sky: number): Driver;
  /** Forgets all drivers. */
  protected abstract dismiss(): void;

  /** Writes what drivers want to know into new memory. */
  protected begin(): void {
    const { blocksX, blocksY, lastWidth, lastHeight, tilesX } = this.layout;
    const lists = [this.directory, ...this.marks, this.state, this.keyList, this.pool];
    this.words.set([blocksX, blocksY, lastWidth, lastHeight, this.planes, tilesX, ...lists, this.mostSlots]);
    this.words[RESULTS] = this.results;
    this.words[MARKS_FIRST] = this.#marksFirst;
    this.words[SLOTS] = 2;
    this.words[CAPACITY] = SLAB;
    for (let x = 0; x < lastWidth; x++) this.bytes[KEEP + (x >> 3)] |= 1 << (x & 7);
    this.bytes[EAST + ((lastWidth - 1) >> 3)] |= 1 << ((lastWidth - 1) & 7);
  }

  /** All memory. Growing moves it: good until a block is made. */
  get words(): Uint32Array {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.buffer);
    return this.#words;
  }
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.buffer);
    return this.#bytes;
  }
  /** After it moved, where the old memory does not vanish by itself. */
  protected moved(): void {
    this.#words = new Uint32Array(0);
    this.#bytes = new Uint8Array(0);
  }

  /** Other edges, or another rule. @param litOutside Outside a bounded grid is not as its sky. */
  setEdges(torus: boolean, litOutside: boolean): void {
    this.torus = torus;
    this.words[TORUS] = torus ? 1 : 0;
    this.words[LIT_OUTSIDE] = litOutside ? 1 : 0;
    this.dismiss();
  }

  /** A block found no room. */
  get full(): boolean {
    return this.words[FULL] !== 0;
  }

  /** The same, and forgets it. */
  takeFull(): boolean {
    const { full } = this;
    this.words[FULL] = 0;
    return full;
  }

  /** The last step failed, and others may still write to this memory: the world must leave it, as it was before. */
  get lost(): boolean {
    return false;
  }

  refuse(done = 0): MemoryError {
    return new MemoryError(this.refusal(this.buffer.byteLength), done);
  }

  protected refusal(bytes: number): string {
    const { width, height } = this.layout;
    const mib = Math.ceil(bytes / 2 ** 20);
    const why = bytes > this.limit - 64 * PAGE ? 'it may not take more' : 'this machine does not give more';
    return `There is no memory for what comes next in this grid of ${width}x${height}: it has ${mib} MiB, and ${why}. Use a smaller grid or pattern.`;
  }

  /** The slot of the block at a place (`by * blocksX + bx`); 0 where there is none, which is a block of zeros. */
  slotAt(place: number): number {
    return this.words[this.directory / 4 + place];
  }

  /** Slots that hold blocks, or did, from 2 on. */
  get slots(): number {
    return this.words[SLOTS];
  }

  /** Word index of the head of a slot. */
  headAt(slot: number): number {
    const slab = this.pool + Math.floor(slot / SLAB) * this.slabBytes;
    return (slab + 3 * this.bufferBytes) / 4 + (slot % SLAB) * HEAD_WORDS;
  }

  /** The place of the block in a slot; `NOWHERE` where there is none. */
  placeOf(slot: number): number {
    return this.words[this.headAt(slot) + PLACE];
  }

  /** Word index of a plane of a block in buffer 0, 1 or 2 (the snapshot). */
  planeAt(slot: number, buffer: number, plane: number): number {
    const slab = this.pool + Math.floor(slot / SLAB) * this.slabBytes;
    return (slab + buffer * this.bufferBytes + (slot % SLAB) * this.blockBytes + plane * 1024) / 4;
  }

  /** In both generations, and in the snapshot. */
  isEmpty(slot: number): boolean {
    return this.bytes[this.state + slot] === 0;
  }

  setState(slot: number, state: number): void {
    this.bytes[this.state + slot] = state;
  }

  /** A block is to be computed in the next two generations. */
  mark(slot: number): void {
    const { markBytes } = this;
    for (const marks of this.marks) this.bytes.fill(0xff, marks + slot * markBytes, marks + (slot + 1) * markBytes);
  }

  /** Nothing needs to be computed. */
  unmark(): void {
    for (const marks of this.marks) this.bytes.fill(0, marks, marks + this.slots * this.markBytes);
  }

  /** The first `found` keys of the list, in order. */
  keys(found: number): Uint32Array {
    const keys = this.words.slice(this.keyList / 4, this.keyList / 4 + found);
    return this.words[SORTED] ? keys : keys.sort();
  }
}
