import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { digest } from '../../transport/index.js';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-layer.js';
import '../define/mpl-viewer.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { accessible } from '../testing/accessible.js';
import { resting } from '../testing/resting.js';
import { network } from '../testing/sockets.js';
import { freshChannel, relayUrl, Stream } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplLayer } from './mpl-layer.js';
import { isAlive, paint } from './testing/cells.js';
import { composed, partOf, sheetOf, sheets } from './testing/composed.js';

const streams: Stream[] = [];
const stream = (...args: ConstructorParameters<typeof Stream>): Stream => {
  const made = new Stream(...args);
  streams.push(made);
  return made;
};
/** A world in which all cells live. */
const solid = (width: number, height: number): Stream => paint(stream({ width, height }), () => true);
before(() => network.watch());
after(() => network.unwatch());
afterEach(() => {
  network.restore();
  for (const made of streams.splice(0)) made.close();
});

/** A viewer of 640x400 CSS pixels. */
async function view(attributes: Record<string, string>, layers = ''): Promise<MplViewer> {
  const root = await fixture<HTMLElement>(html`<div style="width: 640px; --mpl-aspect: 640 / 400"></div>`);
  const given = Object.entries({ transport: 'relay', server: relayUrl(), ...attributes });
  root.innerHTML = `<mpl-viewer ${given.map(([name, value]) => `${name}="${value}"`).join(' ')}>${layers}</mpl-viewer>`;
  return root.firstElementChild as MplViewer;
}
const layersOf = (viewer: MplViewer): MplLayer[] => [...viewer.querySelectorAll('mpl-layer')];
const shown = (viewer: MplViewer): string =>
  [...viewer.shadowRoot!.querySelectorAll<HTMLElement>('.cover:not([hidden])')].map((e) => e.textContent).join(' ');
const note = (layer: MplLayer): string => partOf(layer, 'note')?.textContent?.trim() ?? '';
const frames = async (n = 2): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
};
const settled = async (viewer: MplViewer): Promise<void> => {
  await waitUntil(() => layersOf(viewer).every((layer) => !layer.name || layer.size !== null), 'all have pictures');
  await waitUntil(() => viewer.view!.camera.cssWidth === 640);
  await frames(3);
};
const near = (is: readonly number[], wanted: readonly number[], what = ''): void => {
  for (const [i, c] of is.entries()) expect(c, `${what}: ${is}, not ${wanted}`).to.be.closeTo(wanted[i]!, 2);
};

describe('<mpl-layer>', () => {
  it('makes one picture of many: by z, opacity and what is transparent', async () => {
    const ground = solid(320, 200);
    const [a, b] = [solid(64, 64), paint(stream({ width: 64, height: 64 }), (x) => x < 32)];
    const viewer = await view(
      { channel: ground.channel, colors: '#ff0000 #000000' },
      `<mpl-layer channel=${a.channel} region="0 0 64 64" z="2" opacity="0.5" colors="#0000ff #fff"></mpl-layer>
       <mpl-layer channel=${b.channel} region="0 0 128 128" z="1" colors="#00ff00 transparent"></mpl-layer>
       <mpl-layer channel=${a.channel} region="200 0 64 64" z="-1" colors="#ffff00 #fff"></mpl-layer>`,
    );
    await settled(viewer);
    await waitUntil(() => viewer.view!.grid);
    expect(viewer.view!.camera.scale).to.equal(2);
    near(composed(viewer, 150, 150), [255, 0, 0], 'the ground alone');
    near(composed(viewer, 32, 100), [0, 255, 0], 'green above it');
    near(composed(viewer, 100, 100), [255, 0, 0], 'through what is transparent');
    near(composed(viewer, 32, 32), [0, 128, 128], 'half of blue on green');
    near(composed(viewer, 210, 32), [255, 0, 0], 'what lies beneath the ground does not show');
    viewer.colors = 'transparent transparent';
    await viewer.updateComplete;
    await frames();
    near(composed(viewer, 210, 32), [255, 255, 0], 'unless the ground is transparent');
    const [top] = layersOf(viewer);
    top!.z = 0;
    top!.opacity = 1;
    await top!.updateComplete;
    near(composed(viewer, 32, 32), [0, 255, 0], 'the other is on top now');
    expect(viewer.stats.width).to.equal(320);
    expect((await viewer.digest()).hash).to.equal(digest(ground.world).hash);
    expect((await top!.digest()).hash).to.equal(digest(a.world).hash);
  });

  it('stays on the very cells of the ground, however the picture is moved', async () => {
    const ground = stream({ width: 320, height: 200 });
    const part = paint(stream({ width: 100, height: 50 }), (x, y) => isAlive(ground, x + 64, y + 32));
    const viewer = await view(
      { channel: ground.channel, colors: '#ffffff #000000', 'frame-budget': '1000' },
      `<mpl-layer channel=${ground.channel} colors="#fff #000" frame-budget="1000"></mpl-layer>
       <mpl-layer channel=${part.channel} frame-budget="1000" region="64 32 100 50" colors="#fff #000"></mpl-layer>`,
    );
    await settled(viewer);
    await waitUntil(() => viewer.view!.grid);
    viewer.style.setProperty('--mpl-outside', '#000');
    const { camera } = viewer.view!;
    // Grid lines are no cells.
    for (const scale of [1, 2, 3, 7, 1.3, 2.71]) {
      for (const [x, y] of [
        [160, 100],
        [64.3, 32.9],
        [170, 88.8],
        [0, 200],
      ] as const) {
        Object.assign(camera, { scale, x, y });
        await frames();
        const [base, ...above] = sheets(viewer);
        expect(above.length).to.be.greaterThan(0);
        for (const { left, top, image } of above) {
          expect(Math.abs(left - Math.round(left)) + Math.abs(top - Math.round(top))).to.be.lessThan(0.05);
          // Between whole scales, a corner rounded to a pixel lets cells of a part begin up to a pixel away.
          if (!Number.isInteger(scale) && image.width < 300) continue;
          let wrong = 0;
          for (let py = 0; py < image.height; py++) {
            for (let px = 0; px < image.width; px++) {
              const under = ((py + Math.round(top)) * base!.image.width + px + Math.round(left)) * 4;
              if (image.data[(py * image.width + px) * 4] !== base!.image.data[under]) wrong++;
            }
          }
          expect(wrong, `at ${x}, ${y}, scale ${scale}`).to.equal(0);
        }
      }
    }
  });

  it('goes with the ground in the same frame, and no canvas is larger than the view', async () => {
    const [ground, a] = [stream(), solid(64, 64)];
    const viewer = await view(
      { channel: ground.channel, interactive: '' },
      `<mpl-layer channel=${a.channel} region="100 100 64 64"></mpl-layer>`,
    );
    await settled(viewer);
    await waitUntil(() => viewer.view!.grid);
    const stage = viewer.shadowRoot!.querySelector('#stage')!;
    const canvas = layersOf(viewer)[0]!.shadowRoot!.querySelector('canvas')!;
    const before = canvas.getBoundingClientRect();
    const { width } = canvas;
    stage.dispatchEvent(
      new WheelEvent('wheel', { deltaY: -100, clientX: before.left, clientY: before.top, bubbles: true }),
    );
    await frames(2);
    const sheet = sheetOf(viewer, canvas)!;
    const { originX, scale } = viewer.view!.camera.frame();
    expect(scale).to.be.greaterThan(2);
    expect(sheet.left).to.be.closeTo(originX + 100 * scale, 1);
    expect(canvas.width).to.be.greaterThan(width);
    viewer.view!.camera.scale = 64;
    await frames(2);
    expect(canvas.width).to.be.at.most(640);
    expect(canvas.height).to.be.at.most(400);
  });

  it('fits a grid of another shape into the middle of its region', async () => {
    const [ground, wide] = [stream(), solid(100, 50)];
    const viewer = await view(
      { channel: ground.channel },
      `<mpl-layer channel=${wide.channel} region="0 0 50 50" colors="#00f #fff"></mpl-layer>`,
    );
    await settled(viewer);
    await waitUntil(() => viewer.view!.grid && sheets(viewer).length === 2);
    const [, sheet] = sheets(viewer);
    expect([sheet!.image.width, sheet!.image.height]).to.deep.equal([100, 50]);
    expect([sheet!.left, sheet!.top]).to.deep.equal([0, 25]);
    near([...sheet!.image.data.subarray(0, 4)], [0, 0, 255, 255]);
  });

  it('can be added, moved, re-ordered, sent elsewhere and removed', async () => {
    const [ground, a, b] = [solid(320, 200), solid(64, 64), solid(32, 32)];
    const viewer = await view({ channel: ground.channel, colors: '#f00 #000' });
    await waitUntil(() => viewer.view?.grid);
    const make = (channel: string, region: string, colors: string): MplLayer => {
      const layer = document.createElement('mpl-layer');
      Object.assign(layer, { channel, region, colors, server: relayUrl(), transport: 'relay' });
      return layer;
    };
    const blue = make(a.channel, '0 0 64 64', '#00f #fff');
    const green = make(b.channel, '32 32 64 64', '#0f0 #fff');
    viewer.append(blue, green);
    await settled(viewer);
    near(composed(viewer, 40, 40), [0, 255, 0]);
    const seen: string[] = [];
    viewer.addEventListener('mpl-status', (event) => seen.push(event.status));
    viewer.append(blue);
    await waitUntil(() => composed(viewer, 40, 40)[2]! > 250, 'the later one is above');
    await aTimeout(100);
    near(composed(viewer, 40, 40), [0, 0, 255]);
    expect(seen, 'nothing ended on the way').to.deep.equal([]);
    blue.region = '200 100 64 64';
    await blue.updateComplete;
    await frames();
    near(composed(viewer, 40, 40), [0, 255, 0]);
    near(composed(viewer, 210, 110), [0, 0, 255]);
    blue.channel = b.channel;
    await waitUntil(() => blue.size?.width === 32);
    await frames();
    near(composed(viewer, 210, 110), [0, 0, 255]);
    green.remove();
    await waitUntil(() => green.status === 'idle');
    near(composed(viewer, 40, 40), [255, 0, 0]);
    await waitUntil(() => green.shadowRoot!.querySelector('canvas') === null, 'its canvas is gone');
    const other = await view({ channel: ground.channel });
    other.append(blue);
    await waitUntil(() => other.view?.grid && sheets(other).length === 2);
    expect(sheets(viewer).length).to.equal(1);
    expect(blue.status).to.equal('live');
  });

  it('takes no frames while hidden or out of view', async () => {
    const [ground, a] = [stream(), stream({ width: 64, height: 64 }).run()];
    const viewer = await view(
      { channel: ground.channel },
      `<mpl-layer channel=${a.channel} region="0 0 64 64"></mpl-layer>`,
    );
    await settled(viewer);
    const [layer] = layersOf(viewer);
    const moves = async (): Promise<void> => {
      const { version } = layer!;
      await waitUntil(() => layer!.version > version, 'it moves');
    };
    const rests = async (): Promise<void> => {
      await resting(layer!);
      const { version } = layer!;
      await aTimeout(300);
      expect(layer!.version).to.equal(version);
    };
    await moves();
    layer!.hidden = true;
    await rests();
    layer!.hidden = false;
    await moves();
    Object.assign(viewer.view!.camera, { scale: 8, x: 300, y: 190 });
    await rests();
    expect(layer!.status).to.equal('live');
    viewer.view!.camera.fit();
    await moves();
    viewer.paused = true;
    await rests();
  });
});

describe('a viewer without a channel', () => {
  it('is the frame of its layers: as large as all regions, live when any is, and without an error', async () => {
    const errors: string[] = [];
    const listen = (event: Event): void => void errors.push((event as MplErrorEvent).message);
    document.addEventListener('mpl-error', listen);
    const [a, gone] = [solid(64, 64), freshChannel()];
    const viewer = await view(
      {},
      `<mpl-layer channel=${a.channel} region="-100 20 160 200" colors="#00f #fff"></mpl-layer>
       <mpl-layer channel=${gone} region="60 20 160 200"></mpl-layer>`,
    );
    const [live, waits] = layersOf(viewer);
    await waitUntil(() => viewer.status === 'live' && waits!.status === 'waiting');
    await waitUntil(() => viewer.view!.camera.world.width === 320);
    await frames(3);
    expect(viewer.view!.camera.world).to.deep.equal({ width: 320, height: 200 });
    expect(viewer.view!.camera.scale).to.equal(2);
    expect(errors).to.deep.equal([]);
    expect(shown(viewer).trim()).to.equal('');
    expect(note(waits!)).to.contain('waiting').and.to.contain(gone);
    expect(note(live!)).to.equal('');
    expect(waits!.matches(':state(waiting)')).to.equal(true);
    near(composed(viewer, 80, 100), [0, 0, 255]);
    const stage = viewer.shadowRoot!.querySelector('#stage')!;
    expect(stage.getAttribute('aria-label')).to.equal(`Live picture of ${a.channel}, ${gone}`);
    expect(viewer.shadowRoot!.querySelector('#badge')!.textContent).to.contain('Live');
    await accessible(viewer);
    await accessible(waits!);
    // What was waited for comes, and nothing has to be done.
    paint(stream({ channel: gone, width: 16, height: 20 }), () => true);
    await waitUntil(() => waits!.status === 'live');
    await waitUntil(() => note(waits!) === '');
    document.removeEventListener('mpl-error', listen);
  });

  it('says how all stand where none is live, and each for itself', async () => {
    const a = solid(64, 64);
    const viewer = await view(
      {},
      `<mpl-layer channel=${a.channel} region="0 0 100 100"></mpl-layer>
       <mpl-layer channel="x" server="nowhere" region="100 0 100 100"></mpl-layer>`,
    );
    const [one, wrong] = layersOf(viewer);
    await waitUntil(() => one!.status === 'live' && wrong!.status === 'failed');
    expect(viewer.status).to.equal('live');
    expect(wrong!.reason).to.contain('nowhere');
    a.source.end();
    await waitUntil(() => one!.status === 'ended');
    await waitUntil(() => viewer.status === 'ended');
    await one!.updateComplete;
    expect(note(one!)).to.contain('ended');
    expect(sheets(viewer).length, 'the last picture stays').to.equal(1);
    expect(shown(viewer).trim()).to.equal('');
    one!.remove();
    await waitUntil(() => viewer.status === 'failed');
    wrong!.server = relayUrl();
    await waitUntil(() => viewer.status === 'waiting');
    wrong!.remove();
    await waitUntil(() => viewer.status === 'idle');
    expect(shown(viewer).trim()).to.equal('');
  });

  it('becomes one when a layer comes late, and takes a ground when it is given a channel', async () => {
    const [a, ground] = [solid(64, 64), solid(320, 200)];
    const viewer = await view({});
    await waitUntil(() => viewer.status === 'failed');
    const layer = document.createElement('mpl-layer');
    Object.assign(layer, { channel: a.channel, region: '0 0 64 64', transport: 'relay' });
    viewer.append(layer);
    await waitUntil(() => viewer.status === 'live');
    await viewer.updateComplete;
    expect(shown(viewer).trim()).to.equal('');
    viewer.channel = ground.channel;
    await waitUntil(() => viewer.stats.width === 320);
    await frames(3);
    expect(viewer.view!.camera.world.width).to.equal(320);
    viewer.channel = null;
    await waitUntil(() => viewer.view!.camera.world.width === 64);
    expect(viewer.status).to.equal('live');
  });

  it('keeps the last pictures while the connection is lost', async () => {
    const a = solid(64, 64);
    const viewer = await view({}, `<mpl-layer channel=${a.channel} colors="#00f #fff"></mpl-layer>`);
    await settled(viewer);
    expect(viewer.view!.camera.world.width, 'a plane as large as its picture').to.equal(64);
    network.cut();
    const [layer] = layersOf(viewer);
    await waitUntil(() => viewer.status === 'reconnecting');
    await layer!.updateComplete;
    expect(note(layer!)).to.contain('lost');
    near(composed(viewer, 5, 5), [0, 0, 255]);
    network.restore();
    viewer.retry();
    await waitUntil(() => viewer.status === 'live', 'it is back');
  });

  it('leaves no socket and no canvas behind, however often layers come and go', async () => {
    const a = solid(16, 16);
    const viewer = await view({}, `<mpl-layer channel=${a.channel}></mpl-layer>`);
    await settled(viewer);
    const before = network.open;
    for (let i = 0; i < 20; i++) {
      const layer = document.createElement('mpl-layer');
      Object.assign(layer, { channel: a.channel, transport: 'relay' });
      viewer.append(layer);
      if (i % 2) await waitUntil(() => layer.status === 'live');
      layer.remove();
      if (i % 3 === 0) await frames(1);
    }
    await waitUntil(() => network.open === before, 'all sockets are closed');
    expect(viewer.status).to.equal('live');
    expect(sheets(viewer).length).to.equal(1);
  });

  it('carries twenty layers and more', async () => {
    const a = solid(16, 16);
    const many = Array.from({ length: 24 }, (_, i) => {
      return `<mpl-layer channel=${a.channel} region="${(i % 6) * 16} ${Math.floor(i / 6) * 16} 16 16" colors="#00f #fff"></mpl-layer>`;
    });
    const viewer = await view({}, many.join(''));
    await settled(viewer);
    expect(sheets(viewer).length).to.equal(24);
    for (let i = 0; i < 24; i++) near(composed(viewer, (i % 6) * 16 + 8, Math.floor(i / 6) * 16 + 8), [0, 0, 255]);
  });
});

describe('HTML in a layer', () => {
  it('is pinned to the world, grows with it, and keeps its clicks', async () => {
    const viewer = await view(
      { interactive: '' },
      `<mpl-layer region="0 0 320 200" z="3"></mpl-layer>
       <mpl-layer region="20 30 100 50" z="5"><button style="width: 100%; height: 100%; padding: 0">Go</button><p>text</p></mpl-layer>`,
    );
    await waitUntil(() => viewer.view?.camera.scale === 2);
    await frames(3);
    expect(viewer.status).to.equal('idle');
    expect(shown(viewer).trim()).to.equal('');
    const button = viewer.querySelector('button')!;
    const stage = viewer.getBoundingClientRect();
    let box = button.getBoundingClientRect();
    expect([box.left - stage.left, box.top - stage.top, box.width, box.height]).to.deep.equal([40, 60, 200, 100]);
    expect(getComputedStyle(button).getPropertyValue('--mpl-scale')).to.equal('2');
    Object.assign(viewer.view!.camera, { scale: 1, x: 100, y: 100 });
    await frames();
    box = button.getBoundingClientRect();
    expect([box.left - stage.left, box.top - stage.top, box.width]).to.deep.equal([320 - 80, 200 - 70, 100]);
    const at = document.elementFromPoint(box.left + 5, box.top + 5);
    expect(at).to.equal(button);
    const { x } = viewer.view!.camera;
    const send = (target: Element, type: string, clientX: number): void =>
      void target.dispatchEvent(
        new PointerEvent(type, { pointerId: 1, button: 0, clientX, clientY: box.top, bubbles: true, composed: true }),
      );
    // Only real pointers can be captured.
    (viewer.shadowRoot!.querySelector('#scene') as HTMLElement).setPointerCapture = () => {};
    for (const [target, moves] of [
      [button, 0],
      [viewer.querySelector('p')!, 10],
    ] as const) {
      send(target, 'pointerdown', box.left);
      send(target, 'pointermove', box.left + 10);
      send(target, 'pointerup', box.left + 10);
      expect(x - viewer.view!.camera.x).to.equal(moves);
    }
    await accessible(viewer);
  });
});

describe('a layer with something wrong', () => {
  it('takes values it does not know for the default, and says so once', async () => {
    let viewer!: MplViewer;
    const said = await warnings(async () => {
      viewer = await view({}, '<mpl-layer region="1 2 3" z="high" opacity="7" colors="red"></mpl-layer>');
      await layersOf(viewer)[0]!.updateComplete;
      layersOf(viewer)[0]!.setAttribute('region', '1 2 3');
      await layersOf(viewer)[0]!.updateComplete;
    });
    expect(said.length).to.equal(4);
    expect(said.find((text) => text.includes('region='))).to.match(/; it is all of the picture instead\.$/);
    expect(said.find((text) => text.includes('z='))).to.match(/; it is "0" instead\.$/);
    const [layer] = layersOf(viewer);
    expect([layer!.region, layer!.z, layer!.opacity, layer!.colors]).to.deep.equal([null, 0, 1, '']);
  });

  it('does nothing outside of a viewer, and says so once', async () => {
    const said = await warnings(async () => {
      const root = await fixture<HTMLElement>(
        html`<div><mpl-layer channel="x" server=${relayUrl()}></mpl-layer></div>`,
      );
      const layer = root.querySelector('mpl-layer')!;
      await aTimeout(50);
      expect(layer.status).to.equal('idle');
      root.append(layer);
      await aTimeout(50);
      layer.remove();
      await aTimeout(100);
    });
    expect(said.length).to.equal(1);
    expect(said[0]).to.contain('<mpl-viewer>');
  });

  it('waits for a viewer whose code comes later', async () => {
    const a = solid(64, 64);
    const late = document.createElement('late-viewer');
    const layer = document.createElement('mpl-layer');
    Object.assign(layer, { channel: a.channel, server: relayUrl(), transport: 'relay' });
    late.append(layer);
    const root = await fixture<HTMLElement>(html`<div></div>`);
    const said = await warnings(async () => {
      root.append(late);
      await aTimeout(50);
      expect(layer.status).to.equal('idle');
      customElements.define('late-viewer', class extends (customElements.get('mpl-viewer')!) {});
      await waitUntil(() => layer.status === 'live');
    });
    expect((late as MplViewer).status).to.equal('live');
    expect(said).to.deep.equal([]);
  });
});
