/** The engine in plain TypeScript: runs everywhere, and is what the WebAssembly engine is tested against. */
import { BlockEngine } from '../blocks/engine.js';
import type { Layout } from '../layout.js';
import { makeDriver } from './driver.js';
import { JsMemory } from './memory.js';

/** @throws MemoryError when the memory cannot be had. */
export function createJsEngine(layout: Layout, memoryLimit = 2 ** 32): BlockEngine {
  return new BlockEngine('js', layout, (planes) => new JsMemory(layout, planes, memoryLimit, makeDriver));
}
