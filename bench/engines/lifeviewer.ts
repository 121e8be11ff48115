/**
 * LifeViewer (https://github.com/rowett/lifeviewer), where MPL_LIFEVIEWER names a checkout of it. It is GPL-3, so nothing of
 * it is in here: the function that computes a generation is taken out of its js/life.js when this runs, and given what it
 * reads of its object. Without its picture, which it makes in another pass.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJsEngine } from '../../sim/life/js/engine.js';
import { Layout } from '../../sim/life/layout.js';
import { Life } from '../../sim/life/life.js';
import { parseRule } from '../../sim/rule/parse.js';
import type { Entrant, Limits } from './contest.js';
import type { Start } from './worlds.js';

const FUNCTION = 'Life.prototype.nextGenerationTileJS = ';
/** Which edges and corners of a tile have living cells: any bits will do, as long as each is its own. */
const CONSTANTS = Object.fromEntries(
  ['bottomRightSet', 'bottomSet', 'topRightSet', 'topSet', 'bottomLeftSet', 'topLeftSet', 'leftSet', 'rightSet'].map(
    (name, i) => [name, 1 << i],
  ),
);

/** The function, or why there is none. */
function find(): { next: () => void } | string {
  const checkout = process.env.MPL_LIFEVIEWER;
  if (!checkout) return 'MPL_LIFEVIEWER names no checkout of github.com/rowett/lifeviewer';
  const file = join(checkout, 'js', 'life.js');
  try {
    const source = readFileSync(file, 'utf8');
    const from = source.indexOf(FUNCTION);
    const to = source.indexOf('\n\t};', from);
    if (from < 0 || to < 0) return `${file} has no function nextGenerationTileJS`;
    const body = source.slice(from + FUNCTION.length, to + '\n\t}'.length);
    return { next: new Function('LifeConstants', `return ${body}`)(CONSTANTS) as () => void };
  } catch (error) {
    return `${file}: ${(error as Error).message}`;
  }
}

const found = find();

/** Why it is not measured; undefined where it is. */
export const lifeviewerMissing = typeof found === 'string' ? found : undefined;

/** Rows of a grid, or of flags of tiles: 16 to a number, the leftmost its highest bit. */
type Rows = Uint16Array[] & { whole: Uint16Array };

function rows(across: number, down: number): Rows {
  const whole = new Uint16Array(across * down);
  return Object.assign(
    Array.from({ length: down }, (_, y) => whole.subarray(y * across, (y + 1) * across)),
    { whole },
  );
}

const highest = (bits: number): number => Math.clz32(bits) - 16;
const lowest = (bits: number): number => Math.clz32(bits & -bits) - 16;

/** Four cells in the middle of three rows of six, for each of these. B3/S23. */
function lookup(): Uint8Array {
  return Uint8Array.from({ length: 1 << 18 }, (_, cells) => {
    let next = 0;
    for (let x = 0; x < 4; x++) {
      const part = [cells, cells >> 6, cells >> 12].map((row) => (row >> x) & 7);
      const three = part.map((row) => (row & 1) + ((row >> 1) & 1) + (row >> 2)).reduce((a, b) => a + b);
      const alive = (part[1]! >> 1) & 1;
      if (three === 3 || (three === 4 && alive)) next |= 1 << x;
    }
    return next;
  });
}

interface Machine {
  population: number;
  counter: number;
  step(): void;
}

/** A world of its own: tiles of 16x16, nothing beyond its edges. The side is a multiple of 256. */
function machine({ side, rule, fill }: Start): Machine {
  if (typeof found === 'string') throw new Error(found);
  const layout = new Layout(side, side);
  const engine = createJsEngine(layout);
  fill(new Life(engine, '', parseRule(rule), 'torus'), engine);
  const across = side / 16;
  const [grid16, tileGrid] = [rows(across, side), rows(across / 16, across)];
  for (const key of engine.living()) {
    const { words, offset, stride } = engine.tile(key, 0);
    const [x, y] = [key % layout.tilesX, Math.floor(key / layout.tilesX)];
    for (let row = 0; row < 64; row++)
      for (let i = 0; i < 64; i++)
        if ((words[offset + row * stride + (i >> 5)]! >>> (i & 31)) & 1) {
          const tile = x * 4 + (i >> 4);
          grid16[y * 64 + row]![tile]! |= 0x8000 >> (i & 15);
          // What lives may have its effect beyond its tile.
          for (let v = Math.max(0, y * 4 + (row >> 4) - 1); v <= Math.min(across - 1, y * 4 + (row >> 4) + 1); v++)
            for (let u = Math.max(0, tile - 1); u <= Math.min(across - 1, tile + 1); u++)
              tileGrid[v]![u >> 4]! |= 0x8000 >> (u & 15);
        }
  }
  const { next } = found;
  const its = {
    ...{ grid16, nextGrid16: rows(across, side), tileGrid, nextTileGrid: rows(across / 16, across) },
    ...{ width: side, height: side, tileX: 2, tileY: 16, tileRows: across, tileCols: across },
    ...{ blankRow16: new Uint16Array(across), blankTileRow: new Uint16Array(across / 16) },
    ...{ columnOccupied16: new Uint16Array(across), rowOccupied16: new Uint16Array(across) },
    ...{ indexLookup63: lookup(), leftBitOffset16: highest, rightBitOffset16: lowest, zoomBox: {} },
    bitCounts16: Uint8Array.from({ length: 65536 }, (_, bits) => bits.toString(2).replaceAll('0', '').length),
    ...{ altSpecified: false, boundedGridType: -1, boundedGridWidth: -1, boundedGridHeight: -1 },
    ...{ population: 0, counter: 0, births: 0, deaths: 0 },
  };
  return Object.assign(its, {
    step() {
      next.call(its);
      its.counter++;
    },
  });
}

/** Nobody where there is no checkout. */
export function lifeviewer(start: Start, limits: Limits = {}): Entrant[] {
  if (typeof found === 'string') return [];
  const play = (marks: readonly number[], mark: (life: Machine) => void): void => {
    const life = machine(start);
    mark(life);
    for (const at of marks) {
      while (life.counter < at) life.step();
      mark(life);
    }
  };
  return [
    {
      name: 'LifeViewer js',
      seconds(marks) {
        const times: number[] = [];
        play(marks, () => times.push(performance.now()));
        return times.slice(1).map((time) => (time - times[0]!) / 1000);
      },
      populations(marks) {
        const cells: number[] = [];
        play(marks, ({ population }) => cells.push(population));
        return cells.slice(1);
      },
      ...limits,
    },
  ];
}
