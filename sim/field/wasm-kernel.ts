/** The kernel in WebAssembly: four cells an instruction. */
import { MemoryError } from '../errors.js';
import type { FieldKernel, MakeKernel } from './kernel.js';
import { KERNEL } from './kernel.wasm.js';

interface Exports extends Omit<FieldKernel, 'kind' | 'buffer' | 'heap'> {
  memory: WebAssembly.Memory;
  heap(): number;
  configure(width: number, height: number, stride: number, first: number, margin: number): void;
}

const PAGE = 65536;
let compiled: Promise<WebAssembly.Module> | undefined;

/** Rejects where there is no WebAssembly SIMD, or a page's policy forbids it. */
export async function loadWasmKernel(): Promise<MakeKernel> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(KERNEL), (ch) => ch.charCodeAt(0)));
  const abort = () => {
    throw new Error('The WebAssembly kernel stopped.');
  };
  const { exports } = await WebAssembly.instantiate(await compiled, { env: { abort } });
  const wasm = exports as unknown as Exports;
  return ({ width, height, stride, first, reach }, bytes) => {
    const heap = Math.ceil(wasm.heap() / 64) * 64;
    const missing = Math.ceil((heap + bytes) / PAGE) - wasm.memory.buffer.byteLength / PAGE;
    try {
      if (missing > 0) wasm.memory.grow(missing);
    } catch {
      throw new MemoryError(
        `A field of ${width}x${height} needs ${Math.ceil(bytes / 2 ** 20)} MiB, which this machine does not give: use a smaller one.`,
      );
    }
    wasm.configure(width, height, stride, first, reach);
    return { ...wasm, kind: 'wasm', buffer: wasm.memory.buffer, heap };
  };
}
