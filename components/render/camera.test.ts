import { expect } from '@open-wc/testing';
import { Camera } from './camera.js';

function camera(width: number, height: number, cssWidth = 800, cssHeight = 600, dpr = 1): Camera {
  const c = new Camera();
  c.world = { width, height };
  c.resize(cssWidth, cssHeight, dpr);
  return c;
}

describe('Camera', () => {
  it('fits all of the world, or covers the view, or shows a cell a pixel', () => {
    const c = camera(1024, 1024);
    c.fit('contain');
    expect([c.x, c.y, c.scale]).to.deep.equal([512, 512, 600 / 1024]);
    c.fit('cover');
    expect(c.scale).to.equal(800 / 1024);
    c.fit('none');
    expect(c.scale).to.equal(1);
    const small = camera(100, 40);
    small.fit('contain');
    expect(small.scale).to.equal(8);
    small.fit('cover');
    expect(small.scale).to.equal(15);
    small.resize(800, 600, 1.5);
    small.fit('none');
    expect(small.scale * 1.5).to.be.closeTo(2, 1e-12);
  });

  it('goes below 1/16 only where a world needs it', () => {
    const c = camera(65536, 65536);
    c.fit('contain');
    expect(c.scale).to.equal(600 / 65536);
    expect(c.visibleTiles(c.world)).to.deep.equal({ x0: 0, y0: 0, x1: 1024, y1: 1024 });
    c.zoomAt(1e-9, 0, 0);
    expect(c.scale).to.equal(600 / 65536);
    const small = camera(100, 100);
    small.zoomAt(1e-9, 0, 0);
    expect(small.scale).to.equal(1 / 16);
    small.zoomAt(1e9, 0, 0);
    expect(small.scale).to.equal(64);
  });

  it('zooms about the pointer', () => {
    const c = camera(4096, 4096);
    c.x = 2000.25;
    c.y = 1800.75;
    c.scale = 2;
    for (const factor of [1.1, 3, 0.2, 1.7, 0.9]) {
      const at = (px: number, centre: number, half: number): number => centre + (px - half) / c.scale;
      const before = [at(123, c.x, 400), at(456, c.y, 300)];
      c.zoomAt(factor, 123, 456);
      expect(at(123, c.x, 400)).to.be.closeTo(before[0]!, 1e-9);
      expect(at(456, c.y, 300)).to.be.closeTo(before[1]!, 1e-9);
    }
  });

  it('drags the picture with the pointer', () => {
    const c = camera(1000, 1000);
    c.scale = 4;
    c.x = 500;
    c.y = 500;
    const under = c.cellAt(100, 100);
    c.panBy(40, -20);
    expect(c.cellAt(140, 80)).to.deep.equal(under);
    expect([c.x, c.y]).to.deep.equal([490, 505]);
  });

  it('cannot lose the world', () => {
    const c = camera(300, 200);
    c.panBy(1e9, -1e9);
    expect([c.x, c.y]).to.deep.equal([0, 200]);
    c.x = Number.NaN;
    c.scale = Number.POSITIVE_INFINITY;
    c.zoomAt(Number.NaN, 1, 1);
    expect([c.x, c.y]).to.deep.equal([0, 200]);
    expect(c.visibleTiles(c.world).x1).to.be.greaterThan(0);
  });

  it('puts the corner of the world on a whole device pixel', () => {
    const c = camera(5000, 5000, 801, 601, 1.25);
    for (const [x, y, scale] of [
      [1234.567, 89.1, 3.2],
      [2000.1, 4999.9, 0.31],
      [0.4, 17, 24],
    ] as const) {
      c.x = x;
      c.y = y;
      c.scale = scale;
      const f = c.frame();
      expect(Number.isInteger(f.originX) && Number.isInteger(f.originY)).to.equal(true);
      expect([f.width, f.height]).to.deep.equal([1001, 751]);
    }
    expect(c.frame().scale).to.equal(30);
  });

  it('names the cell under a point and the tiles in view', () => {
    const c = camera(1000, 1000, 640, 640);
    c.scale = 1;
    c.x = 320;
    c.y = 320;
    expect(c.cellAt(0, 0)).to.deep.equal({ x: 0, y: 0 });
    expect(c.cellAt(639.9, 64)).to.deep.equal({ x: 639, y: 64 });
    expect(c.visibleTiles(c.world)).to.deep.equal({ x0: 0, y0: 0, x1: 10, y1: 10 });
    c.panBy(-1, 0);
    expect(c.visibleTiles(c.world)).to.deep.equal({ x0: 0, y0: 0, x1: 11, y1: 10 });
    c.x = 1000;
    expect(c.visibleTiles(c.world)).to.deep.equal({ x0: 10, y0: 0, x1: 16, y1: 10 });
    expect(c.cellAt(400, 0).x).to.equal(1080);
  });

  it('fits again on resize until it is moved', () => {
    const c = camera(1000, 1000);
    c.fit('contain');
    c.resize(1000, 2000);
    expect(c.scale).to.equal(1);
    c.world = { width: 500, height: 500 };
    expect([c.scale, c.x]).to.deep.equal([2, 250]);
    c.zoomAt(2, 500, 1000);
    c.resize(300, 300);
    expect(c.fitted).to.equal(null);
    expect(c.scale).to.equal(4);
  });

  it('has nothing to show before it has a size', () => {
    const c = new Camera();
    c.fit('contain');
    expect(c.visibleTiles({ width: 100, height: 100 })).to.deep.equal({ x0: 0, y0: 0, x1: 0, y1: 0 });
    c.world = { width: 100, height: 100 };
    c.resize(400, 400);
    expect(c.scale).to.equal(4);
  });
});
