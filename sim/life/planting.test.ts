import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, type MemoryError, type Pattern, parsePattern, patternCells, patternReader } from '../index.js';
import { CellTree } from '../pattern/cell-tree.js';
import { mix } from './soup.js';

/** Leaves across and down, no two alike. */
const SIDE = 2 ** 7;
const LEAVES = SIDE ** 2;

/** A macrocell file of a square of 1024x1024 cells, of 22,000 squares. */
function largeFile(): string {
  const lines = ['[M2] (mpl)'];
  for (let i = 0; i < LEAVES; i++) {
    let line = '';
    for (let row = 0; row < 4; row++) {
      for (let bits = mix(4 * i + row) & 255; bits !== 0; bits >>>= 1) line += bits & 1 ? '*' : '.';
      line += '$';
    }
    lines.push(line);
  }
  let ids = Array.from({ length: LEAVES }, (_, i) => i + 1);
  for (let [level, side] = [4, SIDE]; side > 1; level++, side /= 2) {
    const above: number[] = [];
    for (let y = 0; y < side; y += 2)
      for (let x = 0; x < side; x += 2) {
        const at = y * side + x;
        lines.push(`${level} ${ids[at]} ${ids[at + 1]} ${ids[at + side]} ${ids[at + side + 1]}`);
        above.push(lines.length - 1);
      }
    ids = above;
  }
  return lines.join('\n');
}

/** Looks at squares between two pieces, at most: each costs a fraction of a microsecond. */
const MOST = 2 ** 18;

/** Counts how often squares are looked at while something is done. */
function counting<T>(work: (looks: () => number) => T): T {
  const { part } = CellTree.prototype;
  let looks = 0;
  CellTree.prototype.part = function (this: CellTree, id, which) {
    looks++;
    return part.call(this, id, which);
  };
  try {
    return work(() => looks);
  } finally {
    CellTree.prototype.part = part;
  }
}

/** Goes through all pieces; how many there were. */
function slices<T>(pieces: Generator<number, T>, most = Number.POSITIVE_INFINITY): { slices: number; made: T } {
  return counting((looks) => {
    for (let [slices, share] = [0, 0]; ; slices++) {
      const before = looks();
      const { done, value } = slices < most ? pieces.next() : pieces.return(undefined as T);
      assert.ok(looks() - before <= MOST, `${looks() - before} looks at squares in piece ${slices}`);
      if (done) return { slices, made: value };
      assert.ok(value >= share, `from ${share} to ${value}`);
      share = value;
    }
  });
}

describe('a pattern of many squares', () => {
  const text = largeFile();
  const { slices: pieces, made: pattern } = slices(patternReader(text));

  test('is counted and bounded while it is read', () => {
    assert.ok(pieces >= text.length / 2 ** 19 && pieces > 0, `${pieces} pieces`);
    const cells = counting((looks) => {
      assert.equal(pattern.width, 1024);
      assert.equal(pattern.height, 1020);
      assert.equal(pattern.tree!.tiles(), 16 ** 2);
      const cells = patternCells(pattern);
      assert.equal(looks(), 0, 'nothing is looked at again');
      return cells;
    });
    assert.ok(cells > LEAVES * 14 && cells < LEAVES * 18, `${cells} cells`);
  });

  for (const engine of ['hash', 'wasm', 'js'] as const)
    test(`goes into an engine piece by piece, and is called off between two: ${engine}`, async () => {
      const life = await createLife({ width: 2048, height: 2048, engine });
      const other = await createLife({ width: 2048, height: 2048, engine: engine === 'js' ? 'wasm' : 'js' });
      for (const at of [[], [512, 512], [333, 777]]) {
        const { slices: count } = slices(life.loadSlowly(pattern, ...at));
        // Where all squares stay what they are, they are only copied.
        assert.ok(count >= 3, `${count} slices`);
        other.load(pattern, ...at);
        assert.equal((await life.digest()).hash, (await other.digest()).hash, String(at));
        assert.equal(life.population(), patternCells(pattern));
        slices(life.loadSlowly(pattern, ...at), 2);
        assert.equal(life.population(), 0);
      }
      const { slices: shifted } = slices(life.loadSlowly(pattern, 333, 777));
      assert.ok(shifted >= (engine === 'hash' ? 8 : 4), `${shifted} slices`);
      // It is a world as any other.
      for (const world of [life, other]) world.step(3);
      assert.equal((await life.digest()).hash, (await other.digest()).hash);
    });

  test('that finds no memory says so', () => {
    const { Uint32Array: real } = globalThis;
    let pages = 0;
    class Short extends real {
      constructor(length: number) {
        if (length >= 2 ** 16 && ++pages > 1) throw new RangeError('Array buffer allocation failed');
        super(length);
      }
    }
    globalThis.Uint32Array = Short as unknown as Uint32ArrayConstructor;
    try {
      let read: Pattern | undefined;
      assert.throws(
        () => {
          read = parsePattern(text);
        },
        (error: MemoryError) =>
          error.name === 'MemoryError' && /\d+ squares or more.*use a smaller one/.test(error.message),
      );
      assert.equal(read, undefined);
    } finally {
      globalThis.Uint32Array = real;
    }
  });
});
