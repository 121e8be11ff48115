/**
 * What the engines on the CPU have in common. Blocks of 128x64 cells, two tiles side by side, are made where something
 * lives or may be born, so an empty part of a huge grid costs nothing; a driver computes them.
 */
import { MemoryError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import type { Engine, TileView } from '../engine.js';
import type { Layout } from '../layout.js';
import type { Driver } from './driver.js';
import { type BlockMemory, CHANGED, NONE, NOWHERE, OUTSIDE } from './memory.js';
import { nextSky } from './sky.js';

export class BlockEngine implements Engine {
  #memory: BlockMemory;
  #driver!: Driver;
  #rule: Rule | undefined;
  #torus = true;
  /** Which buffer holds the present generation. */
  #parity = 0;
  /** The state of an empty part of the world, now and when it was last asked what changed. */
  #sky = 0;
  #snapshotSky = 0;
  /** The skies from and to which each buffer was last left; another pair is another rule. */
  #skies = [-1, -1];
  /** Tiles opened under a sky that is not 0: written as they are, kept as they differ. */
  readonly #opened = new Map<string, TileView>();
  /** Blocks written since the last step. What lies beside them is made then, so that blocks lie in the order of tiles. */
  readonly #written = new Set<number>();

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    readonly kind: 'wasm' | 'js',
    readonly layout: Layout,
    private readonly makeMemory: (planes: number) => BlockMemory,
    /** Those who help, or why nobody does. */
    private readonly helpers?: { readonly note: string; end(): void },
  ) {
    this.#memory = makeMemory(1);
  }

  get planes(): number {
    return this.#memory.planes;
  }

  configure(rule: Rule, torus: boolean): void {
    // First what may fail.
    const sky = Math.min(this.#sky, rule.states - 1);
    const lit = !torus && (sky | nextSky(rule, sky)) !== 0;
    const old = this.#memory;
    const memory = old.planes === rule.planes ? old : this.makeMemory(rule.planes);
    memory.setEdges(torus, lit);
    const driver = memory.driver(rule, sky);
    if (memory !== old) {
      this.#move(memory, driver);
      // Other slots now; all of them are computed after a change of rule.
      this.#written.clear();
    } else if (torus !== this.#torus) driver.linkAll();
    // States that the rule does not have are its last one: also where no block is.
    if (sky !== this.#sky) driver.flip(0, 1, sky ^ this.#sky);
    this.#memory = memory;
    this.#driver = driver;
    this.#rule = rule;
    this.#torus = torus;
    this.#sky = sky;
    this.#skies = [-1, -1];
  }

  /** Copies cells and snapshot to a memory with more or less planes. */
  #move(to: BlockMemory, driver: Driver): void {
    const from = this.#memory;
    const { blocksX } = this.layout;
    const words = 256 * Math.min(from.planes, to.planes);
    for (let slot = OUTSIDE + 1; slot < from.slots; slot++) {
      const place = from.placeOf(slot);
      if (place === NOWHERE) continue;
      const taken = driver.blockFor(place % blocksX, Math.floor(place / blocksX));
      if (taken === NONE) throw to.refuse();
      for (const buffer of [0, 1, 2]) {
        const at = from.planeAt(slot, buffer, 0);
        to.words.set(from.words.subarray(at, at + words), to.planeAt(taken, buffer, 0));
      }
      to.setState(taken, CHANGED);
    }
  }

  get note(): string {
    return this.helpers?.note ?? '';
  }

  dispose(): void {
    this.helpers?.end();
  }

  step(generations: number): void {
    let memory = this.#memory;
    const rule = this.#rule!;
    for (let done = 0; done < generations; ) {
      const sky = this.#sky;
      const next = nextSky(rule, sky);
      const driver = memory.driver(rule, sky);
      const pair = sky * 256 + next;
      const again = memory.takeFull();
      if (this.#written.size > 0) this.#wakeWritten(driver);
      if (again || this.#skies[this.#parity] !== pair) this.#wakeAll(driver, (sky | next) !== 0);
      this.#skies[this.#parity] = pair;
      const steady = sky === next && this.#skies[1 - this.#parity] === pair;
      const gone = memory.full ? 0 : driver.step(this.#parity, steady ? generations - done : 1);
      if (memory.lost) {
        memory = this.#leave(done);
        continue;
      }
      done += gone;
      this.#parity ^= gone & 1;
      if (gone > 0) this.#sky = next;
      if (memory.full) {
        // The other buffer is half written now: nothing in it may be taken for a generation.
        this.#skies = [-1, -1];
        throw memory.refuse(done);
      }
    }
  }

  /** Takes the world, as it was before a step that failed, to another memory. */
  #leave(done: number): BlockMemory {
    const sky = this.#sky;
    const rule = this.#rule!;
    try {
      const memory = this.makeMemory(this.planes);
      memory.setEdges(this.#torus, !this.#torus && (sky | nextSky(rule, sky)) !== 0);
      const driver = memory.driver(rule, sky);
      this.#move(memory, driver);
      this.#memory = memory;
      this.#driver = driver;
    } catch (error) {
      if (error instanceof MemoryError) throw new MemoryError(error.message, done);
      throw error;
    }
    // The other buffer is half written.
    this.#skies = [-1, -1];
    return this.#memory;
  }

  #wakeWritten(driver: Driver): void {
    for (const slot of this.#written) if (this.#memory.placeOf(slot) !== NOWHERE) driver.wake(slot);
    this.#written.clear();
  }

  #wakeAll(driver: Driver, lit: boolean): void {
    driver.wakeAll();
    if (this.#torus) return;
    if (lit) driver.wakeBorder();
    // Outside all is dead, which differs from the sky as the sky does from nothing.
    for (let plane = 0; plane < this.planes; plane++) {
      const at = this.#memory.planeAt(OUTSIDE, this.#parity, plane);
      this.#memory.words.fill((this.#sky >> plane) & 1 ? 0xffffffff : 0, at, at + 256);
    }
  }

  tile(key: number, plane: number): TileView {
    const view = this.#view(key, plane);
    return (this.#sky >> plane) & 1 ? this.#inverted(key, view) : view;
  }

  open(key: number, plane: number): TileView {
    const [bx, by] = this.#block(key);
    const slot = this.#driver.blockFor(bx, by);
    if (slot === NONE) {
      this.#memory.takeFull();
      throw this.#memory.refuse();
    }
    this.#memory.setState(slot, CHANGED);
    if (!((this.#sky >> plane) & 1)) return this.#view(key, plane);
    const name = `${key} ${plane}`;
    let view = this.#opened.get(name);
    if (!view) {
      view = this.tile(key, plane);
      this.#opened.set(name, view);
    }
    return view;
  }

  touched(key: number): void {
    for (let plane = 0; plane < this.planes && this.#opened.size > 0; plane++) {
      const name = `${key} ${plane}`;
      const view = this.#opened.get(name);
      if (!view) continue;
      this.#opened.delete(name);
      const from = this.#inverted(key, view);
      const { words, offset, stride } = this.#view(key, plane);
      for (let i = 0; i < 128; i++) words[offset + (i >> 1) * stride + (i & 1)] = from.words[i];
    }
    const [bx, by] = this.#block(key);
    const slot = this.#memory.slotAt(by * this.layout.blocksX + bx);
    this.#memory.mark(slot);
    this.#written.add(slot);
  }

  clear(): void {
    const memory = this.#memory;
    for (let slot = OUTSIDE + 1; slot < memory.slots; slot++) {
      if (memory.placeOf(slot) === NOWHERE) continue;
      for (const buffer of [0, 1]) {
        const at = memory.planeAt(slot, buffer, 0);
        memory.words.fill(0, at, at + 256 * this.planes);
      }
      memory.setState(slot, CHANGED);
    }
    memory.unmark();
    this.#opened.clear();
    this.#written.clear();
    this.#sky = 0;
    this.#skies = [-1, -1];
    this.#driver.sweep();
  }

  living(): Uint32Array {
    const memory = this.#memory;
    const { tilesX, tilesY, blocksX } = this.layout;
    if (this.#sky !== 0) return Uint32Array.from({ length: tilesX * tilesY }, (_, key) => key);
    const keys: number[] = [];
    for (let slot = OUTSIDE + 1; slot < memory.slots; slot++) {
      const place = memory.placeOf(slot);
      if (place === NOWHERE || memory.isEmpty(slot)) continue;
      const tileX = (place % blocksX) * 2;
      const key = Math.floor(place / blocksX) * tilesX + tileX;
      keys.push(key);
      if (tileX + 1 < tilesX) keys.push(key + 1);
    }
    return Uint32Array.from(keys).sort();
  }

  population(): number {
    const { width, height } = this.layout;
    if (this.#sky === 0) return this.#driver.population(this.#parity);
    return width * height - this.#driver.dead(this.#parity, this.#sky);
  }

  changed(): Uint32Array {
    const other = this.#sky ^ this.#snapshotSky;
    if (other !== 0) this.#driver.flip(2, 2, other);
    this.#snapshotSky = this.#sky;
    const keys = this.#memory.keys(this.#driver.diff(this.#parity));
    return other === 0 ? keys : this.#changedSky(keys);
  }

  /** All tiles but those that are as they were though the sky has changed. */
  #changedSky(differing: Uint32Array): Uint32Array {
    const { tilesX, tilesY, blocksX } = this.layout;
    const same = new Uint8Array(tilesX * tilesY);
    for (let slot = OUTSIDE + 1; slot < this.#memory.slots; slot++) {
      const place = this.#memory.placeOf(slot);
      if (place === NOWHERE) continue;
      const tileX = (place % blocksX) * 2;
      const key = Math.floor(place / blocksX) * tilesX + tileX;
      same[key] = 1;
      if (tileX + 1 < tilesX) same[key + 1] = 1;
    }
    for (const key of differing) same[key] = 0;
    return Uint32Array.from(same.keys()).filter((key) => same[key] === 0);
  }

  #block(key: number): [number, number] {
    const { tilesX } = this.layout;
    const by = Math.floor(key / tilesX);
    return [(key - by * tilesX) >> 1, by];
  }

  #view(key: number, plane: number): TileView {
    const { tilesX, blocksX } = this.layout;
    const [bx, by] = this.#block(key);
    const slot = this.#memory.slotAt(by * blocksX + bx);
    const lane = (key - by * tilesX) & 1;
    return { words: this.#memory.words, offset: this.#memory.planeAt(slot, this.#parity, plane) + lane * 2, stride: 4 };
  }

  /** A copy with the cells that are in the grid inverted. */
  #inverted(key: number, { words, offset, stride }: TileView): TileView {
    const { tilesX, width, height } = this.layout;
    const tileY = Math.floor(key / tilesX);
    const across = width - (key - tileY * tilesX) * 64;
    const down = Math.min(64, height - tileY * 64);
    const copy = new Uint32Array(128);
    for (let i = 0; i < down * 2; i++) {
      const cells = Math.max(0, Math.min(32, across - (i & 1) * 32));
      const keep = cells === 32 ? -1 : (1 << cells) - 1;
      copy[i] = words[offset + (i >> 1) * stride + (i & 1)] ^ keep;
    }
    return { words: copy, offset: 0, stride: 2 };
  }
}
