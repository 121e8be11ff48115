/** Makes a world of Life as its settings say: which pattern, how large a grid, which rule. */

import {
  createLife,
  MAX_SIDE,
  PATTERNS,
  type Pattern,
  parsePattern,
  patternByName,
  watchEngine,
} from '../../sim/index.js';
import { threadOptions } from './threads.js';
import type { Built } from './world.js';
import type { WorldSettings } from './world-messages.js';

/** A grid that leaves a pattern room to grow: twice its size, at least this, in whole tiles. */
const SMALLEST = 256;
const SOUP_SIDE = 512;

/** Throws where it cannot be read, or has a name that is not known. */
export function readPattern({ name, text }: NonNullable<WorldSettings['pattern']>): Pattern {
  const pattern = text === undefined ? patternByName(name) : parsePattern(text, { name });
  if (pattern === undefined) {
    throw new Error(
      `there is no pattern "${name}"; there are ${Object.keys(PATTERNS).join(', ')}, or give the URL of a file`,
    );
  }
  return pattern;
}

/** Throws where a setting cannot be had. */
export async function buildLife(settings: WorldSettings): Promise<Built> {
  const { wrap, engine, neighborhood, density, seed } = settings;
  const pattern = settings.pattern && readPattern(settings.pattern);
  const { width, height } = sizeFor(settings, pattern);
  const ownRule = pattern?.rule ?? 'B3/S23';
  const rule = settings.rule || ownRule;
  const threads = threadOptions();
  const grid = { width, height, wrap, engine, rule, ...threads };
  const life = await createLife({ ...grid, ...(neighborhood && { neighborhood }), ...(pattern && { pattern }) });
  if (pattern) life.load(pattern);
  else if (density > 0) life.soup({ density, seed });
  // Where the engine is not chosen by name, what the world does may choose another.
  return { world: life, stepper: watchEngine(life, { keep: engine !== 'auto', ...threads }), ownRule };
}

function sizeFor({ width, height }: WorldSettings, pattern: Pattern | null): { width: number; height: number } {
  if (width > 0 && height > 0) return { width, height };
  if (pattern === null) return { width: SOUP_SIDE, height: SOUP_SIDE };
  const side = (cells: number) => Math.min(MAX_SIDE, Math.max(SMALLEST, Math.ceil(cells / 32) * 64));
  return { width: pattern.grid?.width || side(pattern.width), height: pattern.grid?.height || side(pattern.height) };
}
