/** The engine in WebAssembly: 128 cells an instruction, by a kernel made for the rule. */
import { BlockEngine } from '../blocks/engine.js';
import type { Layout } from '../layout.js';
import type { SpawnHelper } from '../workers/environment.js';
import { compileDriver, WasmMemory } from './memory.js';
import type { CrewOptions } from './threads/crew.js';

export interface ThreadOptions {
  /** Threads that compute one world, with that of the caller: 1 to 64. Default: 1. */
  threads?: number | undefined;
  /** Makes a worker that hands its messages to `helpWorld`. Default: one that comes with this package. */
  spawn?: SpawnHelper | undefined;
}

export interface WasmOptions extends ThreadOptions, Pick<CrewOptions, 'least' | 'patience'> {
  /** Most bytes of memory a world may take, up to 4 GiB. Default: as many as there are. */
  memoryLimit?: number;
  /** From how many blocks on one thread computes two generations in one go. Default: 4096, more than caches hold. */
  wideFrom?: number;
}

const MOST_THREADS = 64;

/** @throws RangeError */
export function checkThreads(threads = 1): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new RangeError(`There cannot be ${threads} threads: use a whole number from 1 to ${MOST_THREADS}.`);
}

/** @throws MemoryError when the memory cannot be had; anything else means that there is no WebAssembly here. */
export async function createWasmEngine(layout: Layout, options: WasmOptions = {}): Promise<BlockEngine> {
  const { memoryLimit = 2 ** 32, threads = 1, wideFrom } = options;
  const driver = await compileDriver();
  const makeMemory = (planes: number) => new WasmMemory(driver, layout, planes, memoryLimit, false, wideFrom);
  if (threads === 1) return new BlockEngine('wasm', layout, makeMemory);
  const { threaded } = await import('./threads/engine.js');
  return threaded(layout, makeMemory, { ...options, threads, memoryLimit });
}
