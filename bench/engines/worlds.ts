/** Soups and patterns: as files for others, and the same cells as worlds of ours. */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { copyTile } from '../../sim/life/brush.js';
import type { Engine } from '../../sim/life/engine.js';
import { createHashEngine } from '../../sim/life/hash/engine.js';
import { createJsEngine } from '../../sim/life/js/engine.js';
import { createLargeEngine } from '../../sim/life/large/create.js';
import { Layout } from '../../sim/life/layout.js';
import { Life } from '../../sim/life/life.js';
import { fillSoup } from '../../sim/life/soup.js';
import { createWasmEngine } from '../../sim/life/wasm/engine.js';
import { parsePattern } from '../../sim/pattern/parse.js';
import { parseRule } from '../../sim/rule/parse.js';
import { spawnHelper } from '../../sim/testing/helpers.js';

export type Kind = 'wasm' | 'js' | 'hash';

/** A world's beginning. */
export interface Start {
  rule: string;
  /** Sides of the torus it lives on, large enough for it to be as on a plane (or as on Golly's torus). */
  side: number;
  /** For Golly. */
  file: string;
  /** Puts it into an empty world. */
  fill(life: Life, engine: Engine): void;
}

/** @param threads Of engine "wasm". */
export async function world(kind: Kind, { rule, side, fill }: Start, threads = 1): Promise<Life> {
  const layout = new Layout(side, side);
  const parsed = parseRule(rule);
  const make = async (): Promise<Engine> => {
    if (parsed.kind === 'larger') return (await createLargeEngine(layout, kind === 'js')).engine;
    if (kind === 'js') return createJsEngine(layout);
    return kind === 'hash'
      ? createHashEngine(layout, { memoryLimit: 2 ** 31 })
      : createWasmEngine(layout, { threads, spawn: spawnHelper });
  };
  const engine = await make();
  const life = new Life(engine, 'measured', parsed, 'torus');
  fill(life, engine);
  return life;
}

/**
 * A soup of `size` x `size` cells with `margin` cells of nothing around it, both multiples of 128.
 *
 * @param golly The rule as Golly wants it. On a torus ("...:T512,512") there is no margin.
 */
export function soup(file: string, size: number, margin: number, density: number, rule: string, golly = rule): Start {
  const layout = new Layout(size, size);
  const cells = createJsEngine(layout);
  cells.configure(parseRule('B3/S23'), true);
  fillSoup(cells, density, 1);
  writeRle(file, cells, golly);
  const fill = (_: Life, to: Engine) => {
    const { tilesX } = layout;
    for (let key = 0; key < tilesX * layout.tilesY; key++) {
      const x = (key % tilesX) + margin / 64;
      const at = (Math.floor(key / tilesX) + margin / 64) * to.layout.tilesX + x;
      copyTile(cells.tile(key, 0), to.open(at, 0));
      to.touched(at);
    }
  };
  return { rule, side: size + 2 * margin, file, fill };
}

/** A pattern in the middle. */
export function pattern(file: string, side: number): Start {
  const parsed = parsePattern(readFileSync(file, 'utf8'), { name: file });
  return { rule: 'B3/S23', side, file, fill: (life) => life.load(parsed) };
}

/** Run-length encoded, piece by piece: the whole may be longer than a string should be. */
function writeRle(file: string, engine: Engine, rule: string): void {
  const { layout } = engine;
  const out = openSync(file, 'w');
  writeSync(out, `x = ${layout.width}, y = ${layout.height}, rule = ${rule}\n`);
  for (let y = 0; y < layout.height; y++) {
    let text = '';
    let run = 0;
    let last = 0;
    let end = 60;
    const put = () => {
      if (run > 0) text += `${run > 1 ? run : ''}${last ? 'o' : 'b'}`;
      run = 0;
      if (text.length < end) return;
      text += '\n';
      end = text.length + 60;
    };
    for (let tileX = 0; tileX < layout.tilesX; tileX++) {
      const { words, offset, stride } = engine.tile((y >> 6) * layout.tilesX + tileX, 0);
      for (let x = 0; x < 64; x++) {
        const cell = (words[offset + (y & 63) * stride + (x >> 5)]! >>> (x & 31)) & 1;
        if (cell !== last) put();
        last = cell;
        run++;
      }
    }
    put();
    writeSync(out, `${text}${y + 1 < layout.height ? '$' : '!'}\n`);
  }
  closeSync(out);
}
