/** A world's memory in WebAssembly, and who works on it: the driver, with a kernel made for the rule. */
import { MemoryError } from '../../errors.js';
import { compileRows } from '../../graph/print-wasm.js';
import type { Rule } from '../../rule/rule.js';
import type { Driver } from '../blocks/driver.js';
import { BlockMemory, EAST, KEEP } from '../blocks/memory.js';
import { nextSky } from '../blocks/sky.js';
import type { Layout } from '../layout.js';
import { KERNEL } from './kernel.wasm.js';

const PAGE = 65536;

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

function kernelFor(rule: Rule, sky: number): WebAssembly.Module {
  const name = `${rule.text} ${sky}`;
  let kernel = kernels.get(name);
  kernels.delete(name);
  kernel ??= new WebAssembly.Module(compileRows(rule, { keep: KEEP, east: EAST, sky, nextSky: nextSky(rule, sky) }));
  kernels.set(name, kernel);
  if (kernels.size > MOST_KERNELS) kernels.delete(kernels.keys().next().value!);
  return kernel;
}

export class WasmMemory extends BlockMemory {
  readonly #memory: WebAssembly.Memory;
  /** By the state of the sky. */
  readonly #drivers: Driver[] = [];

  /** @throws MemoryError when not even an empty world finds room. */
  constructor(
    private readonly module: WebAssembly.Module,
    layout: Layout,
    planes: number,
    limit: number,
  ) {
    super(layout, planes, limit);
    try {
      // More than `maximum` is refused here, as is what the machine does not give.
      const maximum = Math.max(1, Math.min(65535, Math.floor(limit / PAGE)));
      this.#memory = new WebAssembly.Memory({ initial: this.least / PAGE, maximum });
    } catch {
      throw new MemoryError(this.refusal(this.least));
    }
    this.begin();
  }

  protected override get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  override driver(rule: Rule, sky: number): Driver {
    let driver = this.#drivers[sky];
    if (driver) return driver;
    const memory = this.#memory;
    const env = {
      memory,
      abort() {
        throw new Error('The WebAssembly kernel stopped.');
      },
    };
    const kernel = new WebAssembly.Instance(kernelFor(rule, sky), { env: { memory } }).exports;
    const { attach, ...made } = new WebAssembly.Instance(this.module, { env, kernel }).exports;
    (attach as () => void)();
    driver = made as unknown as Driver;
    this.#drivers[sky] = driver;
    return driver;
  }

  protected override dismiss(): void {
    this.#drivers.length = 0;
  }
}
