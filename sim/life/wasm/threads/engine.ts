/** The engine in WebAssembly with several threads, where there can be any, and where the grid is large enough for them. */
import { MemoryError } from '../../../errors.js';
import { BlockEngine } from '../../blocks/engine.js';
import type { BlockMemory } from '../../blocks/memory.js';
import type { Layout } from '../../layout.js';
import { type SpawnHelper, spawnHelper, whyOneThread } from '../../workers/environment.js';
import { driverBytes } from '../memory.js';
import { Crew, type CrewOptions, LEAST_GROUPS } from './crew.js';
import { SharedMemory, sharedModule } from './memory.js';

export interface ThreadedOptions extends Omit<CrewOptions, 'spawn'> {
  memoryLimit: number;
  spawn?: SpawnHelper | undefined;
}

/** Ends the helpers of a world that was forgotten without `dispose`. */
const forgotten = new FinalizationRegistry<Crew>((crew) => crew.end());

/** @param alone Makes a memory for one thread. */
export async function threaded(
  layout: Layout,
  alone: (planes: number) => BlockMemory,
  options: ThreadedOptions,
): Promise<BlockEngine> {
  const { memoryLimit, least = LEAST_GROUPS, spawn = spawnHelper } = options;
  // Eight groups of rows a block: one where everything lives keeps one thread busy no longer than it takes to call others.
  if (layout.blocks * 8 < least) return new BlockEngine('wasm', layout, alone);
  const why = whyOneThread(options.spawn !== undefined);
  if (why) return new BlockEngine('wasm', layout, alone, { note: `one thread: ${why}`, end() {} });
  const driver = await WebAssembly.compile(sharedModule(driverBytes()));
  const crew = new Crew({ ...options, spawn });
  const makeMemory = (planes: number) => {
    if (!crew.usable) return alone(planes);
    try {
      return new SharedMemory(driver, layout, planes, memoryLimit, crew);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      crew.lose('no memory can be shared for a grid of this size');
      return alone(planes);
    }
  };
  const engine = new BlockEngine('wasm', layout, makeMemory, crew);
  forgotten.register(engine, crew);
  return engine;
}
