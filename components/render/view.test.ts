import { aTimeout, expect, nextFrame } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import { Field } from './testing/field.js';
import { needsWebGL2 } from './testing/webgl2.js';
import { View, type ViewOptions } from './view.js';

const open: View[] = [];
function view(options: ViewOptions, field: Field, width = 256, height = 256): View {
  const container = document.createElement('div');
  document.body.append(container);
  const v = new View(container, options);
  v.resize(width, height);
  v.grid = field;
  open.push(v);
  return v;
}
afterEach(() => {
  for (const v of open.splice(0)) v.dispose();
});
const settled = (v: View): Promise<void> => waitUntil(() => v.stats.drawn > 0 && v.stats.pending === 0, 'it settles');

describe('View', () => {
  it('takes up no more tiles a frame than its budget, the nearest to the centre first, until none is pending', async () => {
    const field = Field.soup(1024, 1024, 0.2, 3);
    const v = view({ renderer: 'canvas2d', tileBudget: 7, frameBudget: 1000 }, field, 512, 512);
    v.camera.x = v.camera.y = 512;
    const order: number[] = [];
    const tile = field.tile.bind(field);
    field.tile = (key, plane) => {
      order.push(key);
      return tile(key, plane);
    };
    await nextFrame();
    await nextFrame();
    expect(v.stats.drawn).to.equal(7);
    expect(v.stats.pending).to.be.within(1, 64 - 7);
    expect(v.stats.visible).to.equal(64);
    await waitUntil(() => v.stats.pending === 0);
    expect(order.length).to.equal(64);
    expect(new Set(order).size).to.equal(64);
    const far = (key: number): number => Math.max(Math.abs((key % 16) - 8), Math.abs(Math.floor(key / 16) - 8));
    const rings = order.map(far);
    expect(rings).to.deep.equal([...rings].sort((a, b) => a - b));
  });

  it('makes progress however small the milliseconds, and stays near them', async () => {
    const v = view({ renderer: 'canvas2d', frameBudget: 0 }, Field.soup(1024, 1024, 0.2, 3), 1024, 1024);
    await nextFrame();
    await nextFrame();
    expect(v.stats.drawn).to.be.within(1, 8);
    await settled(v);
  });

  it('does not read tiles out of view, and draws nothing while nothing in view changes', async () => {
    const field = Field.soup(2048, 256, 0.2, 3);
    const v = view({ renderer: 'canvas2d' }, field);
    v.camera.x = 128;
    await settled(v);
    const reads = field.reads;
    v.changed([20, 21, 22]);
    await aTimeout(60);
    expect(field.reads).to.equal(reads);
    v.changed([0]);
    await waitUntil(() => field.reads > reads);
    expect(field.reads).to.equal(reads + 1);
    v.camera.x = 20 * 64;
    await waitUntil(() => v.stats.pending === 0 && field.reads > reads + 1);
    await aTimeout(1100);
    expect(v.stats.fps).to.equal(0);
  });

  it('draws no more often than maxFps', async () => {
    const field = Field.soup(256, 256, 0.2, 3);
    const v = view({ renderer: 'canvas2d', maxFps: 10 }, field);
    await settled(v);
    const draws: number[] = [];
    let { reads } = field;
    while (draws.length < 7) {
      v.changed([0]);
      const now = await new Promise<number>(requestAnimationFrame);
      if (field.reads > reads) draws.push(now);
      reads = field.reads;
    }
    // One that was late is made up for, and each may come a little early.
    expect(draws.at(-1)! - draws[0]!).to.be.at.least(5 * 100 - 2);
  });

  it('does nothing while paused, and catches up after', async () => {
    const field = Field.soup(256, 256, 0.2, 3);
    const v = view({ renderer: 'canvas2d' }, field);
    await settled(v);
    v.paused = true;
    const reads = field.reads;
    v.changed([0, 1]);
    v.resize(200, 200);
    await aTimeout(60);
    expect(field.reads).to.equal(reads);
    expect(v.canvas.width).to.equal(256);
    v.paused = false;
    await waitUntil(() => field.reads >= reads + 2);
    expect(v.canvas.width).to.equal(200);
  });

  it('says which renderer it uses, and why', () => {
    const v = view({}, new Field(64, 64));
    const { renderer, why } = v.stats;
    // Automatic choice depends on the machine; it must never be a software GL.
    if (renderer === 'webgl2') expect(why).to.not.match(/swiftshader|llvmpipe/i);
    else expect(why).to.match(/WebGL2/);
  });

  it('removes its canvas when disposed, and draws no more', async () => {
    for (const renderer of ['webgl2', 'canvas2d'] as const) {
      const field = Field.soup(256, 256, 0.3, 5);
      const v = view({ renderer }, field);
      const container = v.canvas.parentElement!;
      v.changed([0]);
      v.dispose();
      expect(container.childElementCount).to.equal(0);
      await aTimeout(40);
      expect(field.reads).to.equal(0);
    }
  });
});

describe('View on WebGL2', () => {
  before(needsWebGL2);

  it('survives the loss of WebGL2 on Canvas 2D, and comes back', async () => {
    const field = Field.soup(256, 256, 0.3, 5);
    const v = view({ renderer: 'webgl2' }, field);
    const container = v.canvas.parentElement!;
    const before = v.capture();
    const first = v.canvas;
    const extension = first.getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await waitUntil(() => v.stats.renderer === 'canvas2d');
    expect(v.stats.why).to.contain('lost');
    expect([...container.children]).to.deep.equal([v.canvas]);
    expect(v.canvas).to.not.equal(first);
    await settled(v);
    expect(v.capture().data).to.deep.equal(before.data);
    field.set(9, 9, !field.get(9, 9));
    v.changed([0]);
    const meanwhile = v.capture();
    extension.restoreContext();
    await waitUntil(() => v.stats.renderer === 'webgl2');
    expect(v.stats.why).to.contain('restored');
    expect(v.canvas).to.equal(first);
    expect([...container.children]).to.deep.equal([first]);
    await settled(v);
    expect(v.capture().data).to.deep.equal(meanwhile.data);
    extension.loseContext();
    await waitUntil(() => v.stats.renderer === 'canvas2d');
    expect(v.capture().data).to.deep.equal(meanwhile.data);
  });

  it('opens more WebGL2 views, one after the other, than a page may hold', () => {
    for (let i = 0; i < 20; i++) {
      const v = view({ renderer: 'webgl2' }, new Field(64, 64), 32, 32);
      v.capture();
      expect(v.stats.renderer).to.equal('webgl2');
      v.dispose();
      open.pop();
    }
  });
});
