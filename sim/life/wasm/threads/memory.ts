/** A world's memory that several threads work on. */
import type { Rule } from '../../../rule/rule.js';
import type { Driver } from '../../blocks/driver.js';
import { SLOTS } from '../../blocks/memory.js';
import type { Layout } from '../../layout.js';
import { WasmMemory } from '../memory.js';
import type { Crew, Place } from './crew.js';
import type { Compute } from './help.js';

/** What the driver has for this. */
interface Parts {
  /** Groups of rows that are marked. */
  work(parity: number): number;
  /** Computes the marked blocks among these slots, but those at a seam; keeps what they changed. */
  computeSlots: Compute;
  /** Marks by what was kept, in the order of slots; and computes the blocks at a seam. */
  finish(parity: number): void;
}

export class SharedMemory extends WasmMemory {
  #place: Place | undefined;
  #kernels = new Map<number, WebAssembly.Module>();
  #lost = false;

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    private readonly shared: WebAssembly.Module,
    layout: Layout,
    planes: number,
    limit: number,
    private readonly crew: Crew,
  ) {
    super(shared, layout, planes, limit, true);
    // There is one world, and so one place for helpers to be.
    crew.leave();
  }

  override get lost(): boolean {
    return this.#lost;
  }

  protected override make(rule: Rule, sky: number): Driver {
    const driver = super.make(rule, sky) as Driver & Parts;
    this.#kernels = new Map(this.#kernels).set(sky, this.kernel(rule, sky));
    this.#place = { memory: this.memory, driver: this.shared, kernels: this.#kernels };
    return { ...driver, step: (parity) => this.#step(driver, parity, sky) };
  }

  /** One generation: after each it is asked anew whether helpers are worth it. */
  #step(driver: Driver & Parts, parity: number, sky: number): number {
    const { crew } = this;
    if (this.#lost) return 0;
    const groups = crew.usable ? driver.work(parity) : 0;
    if (!crew.usable || groups < crew.least || !crew.at(this.#place!)) return driver.step(parity, 1);
    const began = performance.now();
    if (crew.wanted) this.#lost = !crew.compute(this.words[SLOTS], parity, sky, driver.computeSlots);
    else driver.step(parity, 1);
    if (this.#lost) return 0;
    if (crew.wanted) driver.finish(parity);
    crew.took(performance.now() - began, groups);
    return this.full ? 0 : 1;
  }

  protected override dismiss(): void {
    super.dismiss();
    this.#kernels.clear();
    this.crew.leave();
  }
}

/**
 * The driver's module for a shared memory. Its import says which kind of memory it works on, and is the only place that
 * does: after the names, the kind (2 = memory) and flags (1 = has a maximum, 2 = shared).
 */
export function sharedModule(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = Uint8Array.from(bytes);
  const name = [...'memory'].map((letter) => letter.charCodeAt(0));
  const head = [name.length, ...name, 2, 1];
  const at = shared.findIndex((_, i) => head.every((byte, j) => shared[i + j] === byte));
  shared[at + head.length - 1] |= 2;
  return shared;
}
