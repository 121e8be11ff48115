/**
 * What there is in the squares of a tree: how much lives in each, and where. Squares only name squares before them and never
 * change, so that each is looked at once, and new ones may follow.
 */

/** A tree: see `CellTree`. */
export interface Squares {
  readonly count: number;
  level(id: number): number;
  isLeaf(id: number): boolean;
  part(id: number, which: number): number;
}

export interface TreeBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Squares that are looked at in one go: a few milliseconds. */
const PIECE = 2 ** 15;
/** Memory is taken for so many at a time (a power of two), so that nothing is ever copied. */
const PAGE_BITS = 16;
const PAGE = 2 ** PAGE_BITS;
const MASK = PAGE - 1;
/** Up to this level edges fit into 16 bits. */
const SMALL = 15;
/** More tiles than this are not counted. */
const MOST_TILES = 2 ** 32 - 1;

export class TreeMeasure {
  /** Squares looked at; the empty one counts. */
  #done = 0;
  readonly #cells: Float64Array[] = [];
  readonly #tiles: Uint32Array[] = [];
  /** First column and row in which something lives, and those after the last; of larger squares the place among those. */
  readonly #boxes: Uint16Array[] = [];
  readonly #large: Float64Array[] = [];
  #larges = 0;

  constructor(private readonly tree: Squares) {}

  /** Looks at all that were not looked at, piece by piece; gives the share of them that is done. @throws RangeError where memory is out. */
  *go(): Generator<number, void> {
    const from = this.#done;
    while (this.#done < this.tree.count) {
      const to = Math.min(this.tree.count, this.#done + PIECE);
      while (this.#done < to) this.#look(this.#done);
      yield (to - from) / (this.tree.count - from);
    }
  }

  population(id: number): number {
    return this.#cells[id >>> PAGE_BITS][id & MASK];
  }

  tiles(id: number): number {
    return this.#tiles[id >>> PAGE_BITS][id & MASK];
  }

  box(id: number): TreeBox | undefined {
    if (this.population(id) === 0) return undefined;
    const [x, y, right, bottom] = [0, 1, 2, 3].map((edge) => this.#edge(id, this.tree.level(id), edge));
    return { x, y, width: right - x, height: bottom - y };
  }

  #edge(id: number, level: number, edge: number): number {
    const small = this.#boxes[id >>> PAGE_BITS];
    const at = (id & MASK) * 4;
    if (level <= SMALL) return small[at + edge];
    const place = small[at] + small[at + 1] * 2 ** 16;
    return this.#large[place >>> PAGE_BITS][(place & MASK) * 4 + edge];
  }

  #look(id: number): void {
    if ((id & MASK) === 0 && this.#cells.length === id >>> PAGE_BITS) {
      const made = [new Float64Array(PAGE), new Uint32Array(PAGE), new Uint16Array(PAGE * 4)] as const;
      this.#cells.push(made[0]);
      this.#tiles.push(made[1]);
      this.#boxes.push(made[2]);
    }
    if (id > 0 && this.tree.isLeaf(id)) this.#lookAtLeaf(id);
    else if (id > 0) this.#lookAtFour(id, this.tree.level(id));
    this.#done = id + 1;
  }

  #lookAtLeaf(id: number): void {
    const low = this.tree.part(id, 0);
    const high = this.tree.part(id, 1);
    const both = low | high;
    if (both === 0) return;
    const columns = (both | (both >>> 8) | (both >>> 16) | (both >>> 24)) & 255;
    const top = low !== 0 ? first(low) >> 3 : 4 + (first(high) >> 3);
    const bottom = high !== 0 ? 8 - (Math.clz32(high) >> 3) : 4 - (Math.clz32(low) >> 3);
    this.#note(id, 3, bits(low) + bits(high), 1, first(columns), top, 32 - Math.clz32(columns), bottom);
  }

  #lookAtFour(id: number, level: number): void {
    const { tree } = this;
    const half = 2 ** (level - 1);
    let cells = 0;
    let tiles = 0;
    let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
    for (let i = 0; i < 4; i++) {
      const part = tree.part(id, i);
      const count = level === 1 ? Math.min(part, 1) : this.population(part);
      if (count === 0) continue;
      cells += count;
      tiles += level === 1 ? 1 : this.tiles(part);
      const x = i & 1 ? half : 0;
      const y = i & 2 ? half : 0;
      left = Math.min(left, x + (level === 1 ? 0 : this.#edge(part, level - 1, 0)));
      top = Math.min(top, y + (level === 1 ? 0 : this.#edge(part, level - 1, 1)));
      right = Math.max(right, x + (level === 1 ? 1 : this.#edge(part, level - 1, 2)));
      bottom = Math.max(bottom, y + (level === 1 ? 1 : this.#edge(part, level - 1, 3)));
    }
    if (cells > 0) this.#note(id, level, cells, level <= 6 ? 1 : Math.min(tiles, MOST_TILES), left, top, right, bottom);
  }

  #note(id: number, level: number, cells: number, tiles: number, x1: number, y1: number, x2: number, y2: number): void {
    const page = id >>> PAGE_BITS;
    let to: Uint16Array | Float64Array = this.#boxes[page];
    let at = (id & MASK) * 4;
    if (level > SMALL) {
      const place = this.#larges;
      if ((place & MASK) === 0) this.#large.push(new Float64Array(PAGE * 4));
      this.#larges++;
      to[at] = place % 2 ** 16;
      to[at + 1] = place / 2 ** 16;
      to = this.#large[place >>> PAGE_BITS];
      at = (place & MASK) * 4;
    }
    to[at] = x1;
    to[at + 1] = y1;
    to[at + 2] = x2;
    to[at + 3] = y2;
    this.#cells[page][id & MASK] = cells;
    this.#tiles[page][id & MASK] = tiles;
  }
}

/** The lowest bit that is set. */
const first = (word: number): number => 31 - Math.clz32(word & -word);

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
