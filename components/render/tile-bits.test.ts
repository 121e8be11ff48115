import { expect } from '@open-wc/testing';
import { TileBits } from './tile-bits.js';

const RECT = { x0: 3, y0: 2, x1: 71, y1: 40 };

describe('TileBits', () => {
  it('counts what is set in a rectangle, whatever the word borders', () => {
    const bits = new TileBits(100, 50);
    bits.addAll();
    expect(bits.count(RECT)).to.equal(68 * 38);
    expect(bits.count({ x0: 0, y0: 0, x1: 100, y1: 50 })).to.equal(5000);
    bits.delete(31, 7);
    bits.delete(32, 7);
    bits.delete(99, 49);
    expect(bits.count(RECT)).to.equal(68 * 38 - 2);
    expect(bits.has(31, 7)).to.equal(false);
    expect(bits.has(33, 7)).to.equal(true);
    const some = new TileBits(100, 50);
    some.addRect(RECT);
    expect(some.count({ x0: 0, y0: 0, x1: 100, y1: 50 })).to.equal(68 * 38);
    some.addRect({ x0: 40, y0: 0, x1: 36, y1: 9 });
    expect(some.count({ x0: 0, y0: 0, x1: 100, y1: 50 })).to.equal(68 * 38);
  });

  it('visits each bit of a rectangle once, nearest rings first', () => {
    for (const [cx, cy] of [
      [10, 10],
      [70, 39],
      [0, 49],
      [500, 20],
    ] as const) {
      const bits = new TileBits(100, 50);
      const wanted = new Set<number>();
      for (let i = 0; i < 900; i++) {
        const x = (i * 37) % 100;
        const y = (i * 11 + Math.floor(i / 50)) % 50;
        bits.add(x, y);
        if (x >= RECT.x0 && x < RECT.x1 && y >= RECT.y0 && y < RECT.y1) wanted.add(y * 100 + x);
      }
      const nearX = Math.min(Math.max(cx, RECT.x0), RECT.x1 - 1);
      const nearY = Math.min(Math.max(cy, RECT.y0), RECT.y1 - 1);
      let ring = 0;
      bits.outward(RECT, cx, cy, (x, y) => {
        expect(wanted.delete(y * 100 + x)).to.equal(true);
        const r = Math.max(Math.abs(x - nearX), Math.abs(y - nearY));
        expect(r).to.be.at.least(ring);
        ring = r;
        return true;
      });
      expect(wanted.size).to.equal(0);
    }
  });

  it('stops when told to', () => {
    const bits = new TileBits(100, 50);
    bits.addAll();
    const seen: number[][] = [];
    bits.outward(RECT, 50, 20, (x, y) => seen.push([x, y]) < 5);
    expect(seen.length).to.equal(5);
    expect(seen[0]).to.deep.equal([50, 20]);
  });
});
