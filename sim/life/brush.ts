/** Writes cells into an engine's tiles. */
import { openPlanes } from './cells.js';
import type { Engine, TileView } from './engine.js';

/** Opens a tile once for cells that follow each other in it. Call `done` at the end. */
export class Brush {
  #key = -1;
  readonly #views: TileView[] = [];

  constructor(private readonly engine: Engine) {}

  /** Gives `length` cells from (x, y) to the right one state; they must be inside the grid. */
  fill(x: number, y: number, length: number, state: number): void {
    const { tilesX } = this.engine.layout;
    for (let left = length; left > 0; ) {
      const n = Math.min(left, 32 - (x & 31));
      this.#open((y >> 6) * tilesX + (x >> 6));
      const mask = n === 32 ? -1 : ((1 << n) - 1) << (x & 31);
      for (let plane = 0; plane < this.#views.length; plane++) {
        const { words, offset, stride } = this.#views[plane];
        const at = offset + (y & 63) * stride + ((x >> 5) & 1);
        words[at] = (state >> plane) & 1 ? words[at] | mask : words[at] & ~mask;
      }
      left -= n;
      x += n;
    }
  }

  done(): void {
    if (this.#key >= 0) this.engine.touched(this.#key);
    this.#key = -1;
  }

  #open(key: number): void {
    if (key === this.#key) return;
    this.done();
    openPlanes(this.engine, key, this.#views);
    this.#key = key;
  }
}

/** The state of a cell inside the grid. */
export function stateAt(engine: Engine, x: number, y: number): number {
  const key = (y >> 6) * engine.layout.tilesX + (x >> 6);
  let state = 0;
  for (let plane = 0; plane < engine.planes; plane++) {
    const { words, offset, stride } = engine.tile(key, plane);
    state |= ((words[offset + (y & 63) * stride + ((x >> 5) & 1)] >>> (x & 31)) & 1) << plane;
  }
  return state;
}

/** Makes `to` hold what `from` holds: another engine for the same grid, empty and configured. */
export function copyTiles(from: Pick<Engine, 'layout' | 'planes' | 'tile' | 'living'>, to: Engine): void {
  for (const key of livingTiles(from)) copyCells(from, to, key);
}

/** The same of one tile. @throws MemoryError */
export function copyCells(from: Pick<Engine, 'planes' | 'tile'>, to: Engine, key: number): void {
  const planes = Math.min(from.planes, to.planes);
  for (let plane = 0; plane < planes; plane++) {
    const source = from.tile(key, plane);
    if (isEmpty(source)) continue;
    copyTile(source, to.open(key, plane));
    to.touched(key);
  }
}

/** Keys of the tiles in which something may live, ascending. */
export function livingTiles(engine: Pick<Engine, 'layout' | 'living'>): Uint32Array {
  const { tilesX, tilesY } = engine.layout;
  return engine.living?.() ?? Uint32Array.from({ length: tilesX * tilesY }, (_, key) => key);
}

export function copyTile(from: TileView, to: TileView): void {
  for (let r = 0; r < 64; r++) {
    const a = from.offset + r * from.stride;
    const b = to.offset + r * to.stride;
    to.words[b] = from.words[a];
    to.words[b + 1] = from.words[a + 1];
  }
}

export function isEmpty({ words, offset, stride }: TileView): boolean {
  for (let r = 0; r < 64; r++) if ((words[offset + r * stride] | words[offset + r * stride + 1]) !== 0) return false;
  return true;
}

/** Gives cells whose state is above `most` that state; says whether there were any. */
export function reduceStates(engine: Engine, most: number): boolean {
  const { planes } = engine;
  let any = false;
  for (const key of livingTiles(engine))
    for (let i = 0; i < 128; i++) {
      const row = i >> 1;
      const half = i & 1;
      // Compared from the highest bit: above as soon as a bit is set that `most` lacks, while all higher ones are equal.
      let above = 0;
      let equal = -1;
      for (let plane = planes - 1; plane >= 0; plane--) {
        const { words, offset, stride } = engine.tile(key, plane);
        const word = words[offset + row * stride + half];
        if ((most >> plane) & 1) equal &= word;
        else {
          above |= equal & word;
          equal &= ~word;
        }
      }
      if (above === 0) continue;
      any = true;
      for (let plane = 0; plane < planes; plane++) {
        const { words, offset, stride } = engine.open(key, plane);
        const at = offset + row * stride + half;
        words[at] = (most >> plane) & 1 ? words[at] | above : words[at] & ~above;
      }
      engine.touched(key);
    }
  return any;
}
