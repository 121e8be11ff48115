/** docs/protocol.md says what the code does: its tables are those of the code, and its example is read by the code. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { protocolDoc } from '../scripts/protocol-doc.js';
import { applyTiles, fits } from './state/apply.js';
import { Grid } from './state/grid.js';
import { decodeFrame, type Frame } from './wire/frame.js';
import { decodeGridMeta, decodeGridReset, decodeGridTiles } from './wire/grid.js';
import { FLAG } from './wire/types.js';

const text = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');

/** The frames of the example: its hexadecimal columns, put together and cut where the headers say. */
function exampleFrames(): Frame[] {
  const block = text.slice(text.indexOf('<!-- example -->'), text.indexOf('<!-- /example -->'));
  const digits = block
    .split('\n')
    .flatMap((line) => /^((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:\s{2,}|$)/.exec(line)?.[1]?.split(' ') ?? []);
  let bytes = Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16));
  const frames: Frame[] = [];
  while (bytes.length > 0) {
    const length = 16 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
    frames.push(decodeFrame(bytes.subarray(0, length)));
    bytes = bytes.subarray(length);
  }
  return frames;
}

function cells(grid: Grid): string[] {
  const alive: string[] = [];
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const { words, offset, stride } = grid.tile((y >> 6) * grid.tilesX + (x >> 6));
      if ((words[offset + (y & 63) * stride + ((x >> 5) & 1)]! >>> (x & 31)) & 1) alive.push(`${x},${y}`);
    }
  }
  return alive;
}

describe('docs/protocol.md', () => {
  test('has the tables of the code (node --import tsx scripts/protocol-doc.ts)', () => {
    assert.equal(protocolDoc(text), text);
  });

  test('has an example that is what it says', () => {
    const [meta, reset, first, second, ...more] = exampleFrames();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [meta, reset, first, second].map((frame) => [frame!.type, frame!.flags, frame!.sequence, frame!.timestamp]),
      [
        ['GridMeta', 0, 0, 0],
        ['GridReset', FLAG.KEYFRAME, 1, 40],
        ['GridTiles', 0, 1, 40],
        ['GridTiles', 0, 2, 73],
      ],
    );
    const shape = decodeGridMeta(meta!.payload);
    assert.deepEqual(shape, { epoch: 16909060, width: 100, height: 70, planes: 1 });
    const grid = new Grid(shape);
    assert.deepEqual([second!.width, second!.height], [grid.tilesX, grid.tilesY]);
    grid.clear(decodeGridReset(reset!.payload));
    const glider = ['1,0', '2,1', '0,2', '1,2', '2,2'];
    for (const [frame, version, alive] of [
      [first!, 5, glider],
      [second!, 6, [...glider, '70,65']],
    ] as const) {
      const tiles = decodeGridTiles(frame.payload);
      assert.ok(fits(grid, tiles));
      applyTiles(grid, tiles);
      assert.deepEqual([grid.version, grid.whole], [version, true]);
      assert.deepEqual(cells(grid), alive);
    }
  });
});
