/** A world's memory in plain TypeScript. */
import { MemoryError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import type { Driver } from '../blocks/driver.js';
import { BlockMemory } from '../blocks/memory.js';
import type { Layout } from '../layout.js';

export class JsMemory extends BlockMemory {
  /** Even and odd generations: a cell has the same index in both. */
  cells: readonly [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  #buffer = new ArrayBuffer(0);
  readonly #drivers: Driver[] = [];

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    layout: Layout,
    planes: number,
    limit: number,
    private readonly makeDriver: (memory: JsMemory, rule: Rule, sky: number) => Driver,
  ) {
    super(layout, planes, limit, 0, 4);
    if (!this.resize(this.least)) throw new MemoryError(this.refusal(this.least));
    this.begin();
  }

  protected override get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  /** Gets this many bytes, if it may and can. */
  resize(bytes: number): boolean {
    if (bytes > this.limit) return false;
    try {
      const buffer = new ArrayBuffer(bytes);
      new Uint8Array(buffer).set(new Uint8Array(this.#buffer));
      this.#buffer = buffer;
    } catch {
      return false;
    }
    this.cells = [new Int32Array(this.#buffer), new Int32Array(this.#buffer, this.bufferBytes)];
    this.moved();
    return true;
  }

  override driver(rule: Rule, sky: number): Driver {
    this.#drivers[sky] ??= this.makeDriver(this, rule, sky);
    return this.#drivers[sky];
  }

  protected override dismiss(): void {
    this.#drivers.length = 0;
  }
}
