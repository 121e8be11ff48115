import { expect } from '@open-wc/testing';
import { Camera } from '../render/index.js';
import { boxOf, fitInto, frameOn, inView, parseRegion, union } from './placement.js';

describe('where a layer lies', () => {
  it('reads regions, and refuses what is none', () => {
    expect(parseRegion('0 0 512 512')).to.deep.equal({ x: 0, y: 0, width: 512, height: 512 });
    expect(parseRegion(' -1.5,2, 3e2  4 ')).to.deep.equal({ x: -1.5, y: 2, width: 300, height: 4 });
    for (const wrong of [
      '',
      '1 2 3',
      '1 2 3 4 5',
      'a b c d',
      '0 0 0 5',
      '0 0 5 -5',
      '0 0 1e99 5',
      'NaN 0 1 1',
      '0 0 1e-20 1',
    ])
      expect(parseRegion(wrong), wrong).to.equal(null);
  });

  it('fits grids of other shapes into the middle, and knows the plane around all', () => {
    const area = { x: 100, y: 50, width: 200, height: 100 };
    expect(fitInto(area, { width: 50, height: 50 })).to.deep.equal({ x: 150, y: 50, width: 100, height: 100 });
    expect(fitInto(area, { width: 400, height: 100 })).to.deep.equal({ x: 100, y: 75, width: 200, height: 50 });
    expect(union([area, { x: -10, y: 60, width: 5, height: 500 }])).to.deep.equal({
      x: -10,
      y: 50,
      width: 310,
      height: 510,
    });
    expect(union([])).to.equal(null);
  });

  it('leaves neither a gap nor a pixel twice between areas side by side, at any scale', () => {
    const camera = new Camera();
    camera.world = { width: 1000, height: 700 };
    camera.resize(503, 397, 1.5);
    for (const scale of [0.07, 0.31, 0.5, 0.77, 1, 1.3, 2.9, 4, 7.77, 31]) {
      camera.scale = scale;
      for (const x of [0, 123.4, 499.9, 1000]) {
        camera.x = x;
        const frame = camera.frame();
        for (const edge of [0, 1, 64, 333, 512.5, 999]) {
          const left = boxOf({ x: edge - 17, y: 0, width: 17, height: 1 }, frame);
          const right = boxOf({ x: edge, y: 0, width: 31.3, height: 1 }, frame);
          expect(left.right).to.equal(right.left);
          expect(Number.isInteger(right.left)).to.equal(true);
        }
      }
    }
  });

  it('draws only what is in view, with the corner of the grid on a whole pixel', () => {
    const camera = new Camera();
    camera.world = { width: 1000, height: 700 };
    camera.resize(500, 400, 1);
    camera.scale = 3.7;
    camera.x = 700.3;
    const stage = camera.frame();
    const area = { x: 600, y: 300, width: 200, height: 200 };
    const box = boxOf(area, stage);
    const part = inView(box, stage);
    const frame = frameOn(part, area, { width: 100, height: 100 }, stage);
    expect(frame.width).to.be.within(1, 500);
    expect(frame.scale).to.equal(stage.scale * 2);
    expect([frame.originX, frame.originY].every(Number.isInteger)).to.equal(true);
    expect(part.left + frame.originX).to.equal(box.left);
    const gone = inView(boxOf({ x: 0, y: 0, width: 10, height: 10 }, stage), stage);
    expect((gone.right - gone.left) * (gone.bottom - gone.top)).to.equal(0);
  });
});
