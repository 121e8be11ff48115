/** Makes a world of Life as its settings say: which pattern, how large a grid, which rule. */

import { createLife, type Life, MAX_SIDE, type Pattern, watchEngine } from '../../sim/index.js';
import { readPattern } from './read-pattern.js';
import { inSlices } from './slices.js';
import { threadOptions } from './threads.js';
import type { LoadOptions } from './unpack.js';
import type { Built } from './world.js';
import type { KeptWorld, WorldSettings } from './world-messages.js';

/** A grid that leaves a pattern room to grow: twice its size, at least this, in whole tiles. */
const SMALLEST = 256;
const SOUP_SIDE = 512;

export interface BuildOptions extends LoadOptions {
  /** That of the settings, where it has been read. */
  pattern?: Pattern | undefined;
  /** What the world held, instead of what the settings fill it with. */
  snapshot?: KeptWorld | null | undefined;
}

/** Rejects where a setting cannot be had. */
export async function buildLife(settings: WorldSettings, options: BuildOptions): Promise<Built> {
  const { wrap, engine, neighborhood } = settings;
  const { snapshot } = options;
  const given = snapshot ? null : settings.pattern;
  const pattern = given && (options.pattern ?? (await readPattern(given, options)));
  const { width, height } = snapshot ?? sizeFor(settings, pattern);
  const ownRule = snapshot?.ownRule ?? pattern?.rule ?? 'B3/S23';
  const rule = settings.rule || ownRule;
  const threads = threadOptions();
  const grid = { width, height, wrap, engine, rule, ...threads };
  const life = await createLife({ ...grid, ...(neighborhood && { neighborhood }), ...(pattern && { pattern }) });
  try {
    if (snapshot) life.restore(snapshot);
    else await fill(life, settings, pattern, options);
  } catch (error) {
    life.dispose();
    throw error;
  }
  // Where the engine is not chosen by name, what the world does may choose another.
  return { world: life, stepper: watchEngine(life, { keep: engine !== 'auto', ...threads }), ownRule };
}

async function fill(
  life: Life,
  { density, seed, pattern: given }: WorldSettings,
  pattern: Pattern | null,
  { signal, onprogress }: LoadOptions,
): Promise<void> {
  if (pattern === null) {
    if (density > 0) life.soup({ density, seed });
    return;
  }
  const name = given?.name ?? '';
  const total = given?.file?.size ?? given?.text?.length ?? 0;
  const onpiece = (share: number) => onprogress({ name, phase: 'placing', done: Math.round(share * total), total });
  await inSlices(life.loadSlowly(pattern), { signal, onpiece });
}

function sizeFor({ width, height }: WorldSettings, pattern: Pattern | null): { width: number; height: number } {
  if (width > 0 && height > 0) return { width, height };
  if (pattern === null) return { width: SOUP_SIDE, height: SOUP_SIDE };
  const side = (cells: number) => Math.min(MAX_SIDE, Math.max(SMALLEST, Math.ceil(cells / 32) * 64));
  return { width: pattern.grid?.width || side(pattern.width), height: pattern.grid?.height || side(pattern.height) };
}
