import { expect } from '@open-wc/testing';
import type { TileRect } from '../render/frame.js';
import { Viewport } from './viewport.js';

const TILES = { width: 32, height: 16 };
const rect = (x0: number, y0: number, x1: number, y1: number): TileRect => ({ x0, y0, x1, y1 });

describe('what is asked for of a picture', () => {
  it('is what is in view, and one ring around it, as far as there is one', () => {
    const viewport = new Viewport();
    expect(viewport.window).to.equal(null);
    expect(viewport.moved(rect(10, 5, 14, 8), TILES)).to.equal(true);
    expect(viewport.window).to.deep.equal({ x: 9, y: 4, width: 6, height: 5 });
    viewport.moved(rect(0, 0, 3, 2), TILES);
    expect(viewport.window).to.deep.equal({ x: 0, y: 0, width: 4, height: 3 });
    viewport.moved(rect(30, 14, 32, 16), TILES);
    expect(viewport.window).to.deep.equal({ x: 29, y: 13, width: 3, height: 3 });
  });

  it('always holds the ring, and is another as seldom as can be', () => {
    const viewport = new Viewport();
    viewport.moved(rect(10, 5, 14, 8), TILES);
    // As far as a hand trembles.
    expect(viewport.moved(rect(10, 5, 14, 8), TILES)).to.equal(false);
    expect(viewport.moved(rect(11, 5, 15, 8), TILES)).to.equal(true);
    for (const x of [10, 11, 10, 11, 10]) viewport.moved(rect(x, 5, x + 4, 8), TILES);
    const { window } = viewport;
    for (const x of [11, 10, 11, 10]) viewport.moved(rect(x, 5, x + 4, 8), TILES);
    expect(viewport.window, 'to and fro over one border').to.deep.equal(window);
    let changes = 0;
    for (let x = 0; x < 29; x++) {
      if (viewport.moved(rect(x, 5, x + 3, 8), TILES)) changes++;
      const { x: left, width } = viewport.window!;
      expect(left).to.be.at.most(Math.max(0, x - 1));
      expect(left + width).to.be.at.least(Math.min(32, x + 4));
      expect(width).to.be.at.most(7);
    }
    expect(changes).to.be.at.most(29);
  });

  it('is all where nearly all is in view, until much less is', () => {
    const viewport = new Viewport();
    const across = (n: number) => {
      viewport.moved(rect(0, 0, n, 16), TILES);
      return viewport.window === null ? 'all' : 'some';
    };
    expect(across(32)).to.equal('all');
    expect(across(22)).to.equal('all');
    expect(across(20)).to.equal('all');
    expect(across(18)).to.equal('some');
    expect(across(22)).to.equal('some');
    expect(across(23)).to.equal('some');
    expect(across(24)).to.equal('all');
    expect(across(20)).to.equal('all');
    expect(across(4)).to.equal('some');
  });

  it('stays as it is while nothing is in view, and begins anew with another grid', () => {
    const viewport = new Viewport();
    viewport.moved(rect(10, 5, 14, 8), TILES);
    const { window } = viewport;
    expect(viewport.moved(rect(0, 0, 0, 0), TILES)).to.equal(false);
    expect(viewport.window).to.deep.equal(window);
    expect(viewport.moved(rect(0, 0, 0, 0), { width: 8, height: 8 })).to.equal(true);
    expect(viewport.window).to.equal(null);
  });
});
