/** Patterns to show without a file at hand. */

import { parsePattern } from './parse.js';
import type { Pattern } from './pattern.js';

/** RLE texts by name, lower case. */
export const PATTERNS: Readonly<Record<string, string>> = {
  glider:
    '#N Glider\n#C Richard Guy, 1969: moves one cell diagonally in 4 generations.\nx = 3, y = 3, rule = B3/S23\nbo$2bo$3o!',
  lwss: '#N Lightweight spaceship\n#C John Conway, 1970: moves two cells in 4 generations.\nx = 5, y = 4, rule = B3/S23\nbo2bo$o4b$o3bo$4o!',
  'gosper-gun':
    '#N Gosper glider gun\n#C Bill Gosper, 1970: the first gun, a glider every 30 generations.\nx = 36, y = 9, rule = B3/S23\n24bo$22bobo$12b2o6b2o12b2o$11bo3bo4b2o12b2o$2o8bo5bo3b2o$2o8bo3bob2o4bobo$10bo5bo7bo$11bo3bo$12b2o!',
  'r-pentomino':
    '#N R-pentomino\n#C John Conway, 1969: five cells that take 1103 generations to come to rest.\nx = 3, y = 3, rule = B3/S23\nb2o$2o$bo!',
  acorn:
    '#N Acorn\n#C Charles Corderman: seven cells that take 5206 generations to come to rest.\nx = 7, y = 3, rule = B3/S23\nbo$3bo$2o2b3o!',
  diehard: '#N Diehard\n#C Seven cells that vanish after 130 generations.\nx = 8, y = 3, rule = B3/S23\n6bo$2o$bo3b3o!',
  pulsar:
    '#N Pulsar\n#C John Conway, 1970: period 3.\nx = 13, y = 13, rule = B3/S23\n2b3o3b3o2$o4bobo4bo$o4bobo4bo$o4bobo4bo$2b3o3b3o2$2b3o3b3o$o4bobo4bo$o4bobo4bo$o4bobo4bo2$2b3o3b3o!',
  'infinite-growth':
    '#N Ten cells that grow for ever\n#C Paul Callahan, 1997.\nx = 8, y = 6, rule = B3/S23\n6bo$4bob2o$4bobo$4bo$2bo$obo!',
};

/** A pattern of the table, or undefined. Case and the signs between words do not matter. */
export function patternByName(name: string): Pattern | undefined {
  const key = name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  return Object.hasOwn(PATTERNS, key) ? parsePattern(PATTERNS[key]) : undefined;
}
