/** A world's memory in WebAssembly, and who works on it: the driver, with a kernel made for the rule. */
import { MemoryError } from '../../errors.js';
import { compileRows } from '../../graph/print-wasm.js';
import type { Rule } from '../../rule/rule.js';
import type { Driver } from '../blocks/driver.js';
import { BlockMemory, EAST, KEEP, SLOTS } from '../blocks/memory.js';
import { nextSky } from '../blocks/sky.js';
import type { Layout } from '../layout.js';
import { instantiate } from './instantiate.js';
import { KERNEL } from './kernel.wasm.js';

const PAGE = 65536;

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiles the driver, once for all worlds. Rejects where there is no WebAssembly SIMD, or a page's policy forbids it. */
export function compileDriver(): Promise<WebAssembly.Module> {
  compiled ??= (async () => WebAssembly.compile(driverBytes()))();
  return compiled;
}

/** The driver, for a memory that is not shared. */
export function driverBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(KERNEL), (char) => char.charCodeAt(0));
}

/** Kernels made lately, by the text of their rule, the state of the sky, and the kind of memory. */
const kernels = new Map<string, WebAssembly.Module>();
const MOST_KERNELS = 64;

function kernelFor(rule: Rule, sky: number, shared: boolean): WebAssembly.Module {
  const name = `${rule.text} ${sky} ${shared}`;
  let kernel = kernels.get(name);
  kernels.delete(name);
  kernel ??= new WebAssembly.Module(
    compileRows(rule, { keep: KEEP, east: EAST, sky, nextSky: nextSky(rule, sky), shared }),
  );
  kernels.set(name, kernel);
  if (kernels.size > MOST_KERNELS) kernels.delete(kernels.keys().next().value!);
  return kernel;
}

/** After so many generations it is looked again how large the world is. */
const IN_ONE_CALL = 256;

/** The driver as it is exported. */
interface Parts extends Omit<Driver, 'step'> {
  run(parity: number, most: number, wide: boolean): number;
}

export class WasmMemory extends BlockMemory {
  protected readonly memory: WebAssembly.Memory;
  /** By the state of the sky. */
  readonly #drivers: Driver[] = [];

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    private readonly module: WebAssembly.Module,
    layout: Layout,
    planes: number,
    limit: number,
    private readonly isShared = false,
    /** From how many blocks on it pays to compute two generations in one go. */
    private readonly wideFrom = 4096,
  ) {
    super(layout, planes, limit, isShared ? 8 : 0);
    try {
      // More than `maximum` is refused here, as is what the machine does not give.
      const maximum = Math.max(1, Math.min(65535, Math.floor(limit / PAGE)));
      this.memory = isShared
        ? // Its addresses are taken at once: no more than there can be use for.
          new WebAssembly.Memory({
            initial: this.least / PAGE,
            maximum: Math.min(maximum, this.most / PAGE),
            shared: true,
          })
        : new WebAssembly.Memory({ initial: this.least / PAGE, maximum });
    } catch {
      throw new MemoryError(this.refusal(this.least));
    }
    this.begin();
  }

  protected override get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  override driver(rule: Rule, sky: number): Driver {
    let driver = this.#drivers[sky];
    if (driver) return driver;
    driver = this.make(rule, sky);
    this.#drivers[sky] = driver;
    return driver;
  }

  protected make(rule: Rule, sky: number): Driver {
    const exports = instantiate(this.memory, this.module, this.kernel(rule, sky), () => this.moved());
    const { run, ...rest } = exports as unknown as Parts;
    return {
      ...rest,
      step: (parity, most) => {
        const wide = !this.isShared && this.words[SLOTS]! >= this.wideFrom;
        return run(parity, Math.min(most, IN_ONE_CALL), wide);
      },
    };
  }

  /** The rule's kernel for this memory. */
  protected kernel(rule: Rule, sky: number): WebAssembly.Module {
    return kernelFor(rule, sky, this.isShared);
  }

  protected override dismiss(): void {
    this.#drivers.length = 0;
  }
}
