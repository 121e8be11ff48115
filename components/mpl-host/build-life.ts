/** Makes a world as its settings say: which pattern, how large a grid, which rule. */

import {
  createLife,
  type Life,
  MAX_SIDE,
  PATTERNS,
  type Pattern,
  parsePattern,
  patternByName,
} from '../../sim/index.js';
import type { WorldSettings } from './world-messages.js';

/** A grid that leaves a pattern room to grow: twice its size, at least this, in whole tiles. */
const SMALLEST = 256;
const SOUP_SIDE = 512;

export interface BuiltLife {
  life: Life;
  /** The rule where nobody asks for another: the pattern's, else Life. */
  ownRule: string;
}

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
export async function buildLife(settings: WorldSettings): Promise<BuiltLife> {
  const { wrap, engine, neighborhood, density, seed } = settings;
  const pattern = settings.pattern && readPattern(settings.pattern);
  const { width, height } = sizeFor(settings, pattern);
  const ownRule = pattern?.rule ?? 'B3/S23';
  const rule = settings.rule || ownRule;
  const life = await createLife({ width, height, wrap, engine, rule, ...(neighborhood && { neighborhood }) });
  if (pattern) life.load(pattern);
  else if (density > 0) life.soup({ density, seed });
  return { life, ownRule };
}

function sizeFor({ width, height }: WorldSettings, pattern: Pattern | null): { width: number; height: number } {
  if (width > 0 && height > 0) return { width, height };
  if (pattern === null) return { width: SOUP_SIDE, height: SOUP_SIDE };
  const side = (cells: number) => Math.min(MAX_SIDE, Math.max(SMALLEST, Math.ceil(cells / 32) * 64));
  return { width: pattern.grid?.width || side(pattern.width), height: pattern.grid?.height || side(pattern.height) };
}
