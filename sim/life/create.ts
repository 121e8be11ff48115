/** Makes a world on the best engine there is. */
import { MemoryError } from '../errors.js';
import type { Pattern } from '../pattern/pattern.js';
import { parseRule } from '../rule/parse.js';
import type { Neighborhood, Rule } from '../rule/rule.js';
import { canRun } from './able.js';
import { EngineWatch, type WorldWatch } from './choose.js';
import { ElsewhereWatch } from './elsewhere.js';
import type { Chosen, Engine } from './engine.js';
import { checkGrid, checkWrap, type Wrap } from './grid.js';
import { getHashEngine } from './hash/get.js';
import { Layout } from './layout.js';
import { Life } from './life.js';
import { MOST_TILES } from './limits.js';
import { placesFor } from './places.js';
import { checkThreads, createWasmEngine, type ThreadOptions } from './wasm/engine.js';

export type EngineChoice = 'auto' | 'gpu' | 'wasm' | 'js' | 'hash';

export interface LifeOptions extends ThreadOptions {
  /** Cells across and down, 1..65536. */
  width: number;
  height: number;
  /** Default "B3/S23". See `parseRule`. */
  rule?: string;
  /** Default: as the rule says, else "moore". */
  neighborhood?: Neighborhood;
  /** Default "torus". On a bounded grid all cells outside are dead for ever. */
  wrap?: Wrap;
  /**
   * Default "auto". An engine that is not there is replaced by the best there is; `engineReason` says why.
   * "gpu" computes elsewhere: see `Life.settled`. It takes a software adapter too, which "auto" never does.
   */
  engine?: EngineChoice;
  /**
   * What will be loaded into it: engine "auto" takes HashLife, if that can compute the rule, where it would take blocks too
   * much memory. Then the default rule is the pattern's.
   */
  pattern?: Pattern;
  /** Most bytes of memory that HashLife may take, 4 MiB to 2 GiB. Default: 512 MiB. */
  hashMemory?: number | undefined;
}

type Means = ThreadOptions & Pick<LifeOptions, 'hashMemory'>;

/**
 * Makes an empty world.
 *
 * @throws GridError, RuleError, MemoryError, RangeError (as rejections), each naming what is wrong.
 */
export async function createLife(options: LifeOptions): Promise<Life> {
  const { pattern, hashMemory, engine: choice = 'auto', threads, spawn } = options;
  const { width, height } = checkGrid(options.width, options.height);
  const rule = parseRule(options.rule ?? pattern?.rule ?? 'B3/S23', options.neighborhood);
  const wrap = checkWrap(options.wrap ?? 'torus');
  checkThreads(threads);
  const layout = new Layout(width, height);
  const tiles = pattern?.tree?.tiles() ?? 0;
  const first: Chosen =
    choice === 'auto' && tiles > MOST_TILES && canRun('hash', rule)
      ? {
          engine: await getHashEngine(layout, rule, hashMemory),
          reason: `the pattern's ${pattern?.tree?.population()} living cells in ${tiles} tiles would take blocks too much memory`,
        }
      : await chooseEngine(layout, rule, choice, { threads, spawn, hashMemory });
  return new Life(first.engine, first.reason, rule, wrap, (now, lost) =>
    chooseEngine(layout, now, lost ? 'auto' : choice, { threads, spawn, hashMemory }),
  );
}

/**
 * Steps a world for somebody who wants many generations, and gives it the engine that is best for what it does.
 *
 * @param keep The world keeps the engine it has; only leaps are chosen. The others: as for `createLife`.
 */
export function watchEngine(life: Life, { keep = false, ...means }: Means & { keep?: boolean } = {}): WorldWatch {
  const layout = new Layout(life.width, life.height);
  const blocks = () => chooseEngine(layout, parseRule(life.rule), 'auto', means);
  const watch = new EngineWatch(life, { blocks: keep ? undefined : blocks, hashMemory: means.hashMemory });
  const places = keep ? [] : placesFor(life, layout, means);
  return places.length > 0 ? new ElsewhereWatch(watch, { places, here: blocks }) : watch;
}

async function chooseEngine(
  layout: Layout,
  rule: Rule,
  choice: EngineChoice,
  { threads, spawn, hashMemory }: Means,
): Promise<Chosen> {
  if (!['auto', 'gpu', 'wasm', 'js', 'hash'].includes(choice))
    throw new RangeError(`Engine "${choice}" is unknown: use "auto", "gpu", "wasm", "js" or "hash".`);
  if (rule.kind === 'larger') {
    const { createLargeEngine } = await import('./large/create.js');
    return createLargeEngine(layout, choice === 'js');
  }
  if (choice === 'js') return { engine: await inTypeScript(layout), reason: 'asked for' };
  let instead = '';
  if (choice === 'hash') {
    try {
      return { engine: await getHashEngine(layout, rule, hashMemory), reason: 'asked for' };
    } catch (error) {
      // What was asked for is out of range.
      if (error instanceof RangeError && hashMemory !== undefined) throw error;
      instead = `${(error as Error).message.replace(/\.$/, '')}; `;
    }
  }
  if (choice === 'gpu') {
    try {
      const { createGpuEngine } = await import('./gpu/engine.js');
      const engine = await createGpuEngine(layout, rule.planes);
      const slow = engine.software ? `; but ${engine.name} is software, and slower than WebAssembly` : '';
      return { engine, reason: `asked for${slow}` };
    } catch (error) {
      instead = `${(error as Error).message}; `;
    }
  }
  try {
    const engine = await createWasmEngine(layout, { threads, spawn });
    return { engine, reason: `${instead}${choice === 'wasm' ? 'asked for' : 'WebAssembly is the fastest here'}` };
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    // A page's Content-Security-Policy may forbid WebAssembly, and old browsers lack its SIMD.
    const why = error instanceof Error ? error.message : String(error);
    return { engine: await inTypeScript(layout), reason: `${instead}WebAssembly cannot be used here: ${why}` };
  }
}

/** Loaded where it is wanted: few pages need it. */
async function inTypeScript(layout: Layout): Promise<Engine> {
  const { createJsEngine } = await import('./js/engine.js');
  return createJsEngine(layout);
}
