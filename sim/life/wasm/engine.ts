/** The engine in WebAssembly: 128 cells an instruction, by a kernel made for the rule. */
import { BlockEngine } from '../blocks/engine.js';
import type { Layout } from '../layout.js';
import { compileDriver, WasmMemory } from './memory.js';

export interface MemoryLimit {
  /** Most bytes of memory a world may take, up to 4 GiB. Default: as many as there are. */
  memoryLimit?: number;
}

/** @throws MemoryError when the memory cannot be had; anything else means that there is no WebAssembly here. */
export async function createWasmEngine(
  layout: Layout,
  { memoryLimit = 2 ** 32 }: MemoryLimit = {},
): Promise<BlockEngine> {
  const driver = await compileDriver();
  return new BlockEngine('wasm', layout, (planes) => new WasmMemory(driver, layout, planes, memoryLimit));
}
