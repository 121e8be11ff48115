import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-stats.js';
import '../define/mpl-viewer.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { Meter } from '../screen/meter.js';
import { accessible } from '../testing/accessible.js';
import { relayUrl, Stream } from '../testing/stream.js';
import { bits, duration, number } from './figures.js';
import { scaleFor } from './graph.js';
import type { MplStats } from './mpl-stats.js';

let stream: Stream;
beforeEach(() => {
  stream = new Stream().run();
});
afterEach(() => stream.close());

async function show(compact = false) {
  const root = await fixture<HTMLElement>(
    html`<div>
      <mpl-viewer server=${relayUrl()} channel=${stream.channel} transport="relay"></mpl-viewer>
      <mpl-stats ?compact=${compact}></mpl-stats>
    </div>`,
  );
  const viewer = root.querySelector('mpl-viewer') as MplViewer;
  const stats = root.querySelector('mpl-stats') as MplStats;
  await waitUntil(() => viewer.status === 'live');
  const value = (name: string): string => {
    const terms = [...stats.shadowRoot!.querySelectorAll('dt')];
    return terms.find((dt) => dt.textContent === name)?.nextElementSibling?.textContent ?? '';
  };
  return { viewer, stats, value };
}

describe('<mpl-stats>', () => {
  it('shows every figure of the stream, and draws three graphs', async () => {
    const { viewer, stats, value } = await show();
    await waitUntil(() => Number.parseFloat(value('Frames received')) > 5, 'frames are counted');
    await waitUntil(() => value('Engine') !== '–');
    expect(value('Status')).to.equal('live');
    expect(value('Link')).to.contain('WebSocket');
    expect(value('Link').toLowerCase()).to.contain('relay');
    expect(value('Engine')).to.equal('testit is one');
    expect(value('Population')).to.equal('1,234');
    expect(value('World')).to.equal('320 × 200');
    expect(value('Tiles changed')).to.equal('100/s');
    expect(value('Window')).to.contain('all tiles');
    await waitUntil(() => Number.parseFloat(value('Tiles sent')) > 0);
    Object.assign(viewer.view!.camera, { scale: 32, x: 0, y: 0 });
    await waitUntil(() => value('Window').startsWith('2 × 2 tiles'), 'it says what flows');
    expect(value('Generations')).to.equal('25/s');
    await waitUntil(() => Number.parseFloat(value('Data')) > 0);
    await waitUntil(() => viewer.stats.kbps > 1);
    expect(viewer.stats.renderer).to.match(/webgl2|canvas2d/);
    const canvases = [...stats.shadowRoot!.querySelectorAll('canvas')];
    expect(canvases.length).to.equal(3);
    await waitUntil(() => canvases.every((canvas) => canvas.width > 50 && inked(canvas)), 'lines are drawn');
    await accessible(stats);
  });

  it('is one line when compact', async () => {
    const { stats } = await show(true);
    await waitUntil(() => stats.shadowRoot!.querySelector('.line'));
    expect(stats.getBoundingClientRect().height).to.be.lessThan(60);
    await accessible(stats);
  });

  it('says, also where the figure stands without its name, that there is no link', async () => {
    const root = await fixture(html`<div><mpl-viewer></mpl-viewer><mpl-stats compact></mpl-stats></div>`);
    const line = () => root.querySelector('mpl-stats')!.shadowRoot!.querySelector('.line')?.textContent ?? '';
    await waitUntil(() => line().includes('no link'));
  });

  it('rests while it is out of sight', async () => {
    const { stats, value } = await show();
    await waitUntil(() => value('Generation') !== '');
    stats.style.display = 'none';
    // It is told of that with a frame, which may be late.
    let before = '';
    await waitUntil(async () => {
      before = value('Version');
      await aTimeout(700); // Longer than from figures to figures.
      return value('Version') === before;
    }, 'it rests');
    await aTimeout(1300);
    expect(value('Version')).to.equal(before);
    stats.style.display = '';
    await waitUntil(() => value('Version') !== before);
  });

  it('says so while there is no stream', async () => {
    const stats = await fixture<MplStats>(html`<mpl-stats for="nothing"></mpl-stats>`);
    expect(stats.shadowRoot!.textContent).to.contain('No stream yet');
    await accessible(stats);
  });
});

function inked(canvas: HTMLCanvasElement): boolean {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  return data.some((byte) => byte > 0);
}

describe('what statistics reckon', () => {
  it('makes rates of counts, and begins again with another receiver', () => {
    const meter = new Meter();
    expect(meter.rate('bytes')).to.equal(0);
    meter.sample({ frames: 0, tiles: 0, bytes: 0 }, 1000);
    meter.sample({ frames: 10, tiles: 50, bytes: 4000 }, 1500);
    expect(meter.rate('frames')).to.equal(20);
    meter.sample({ frames: 20, tiles: 50, bytes: 4000 }, 2000);
    expect(meter.rate('frames')).to.equal(20);
    expect(meter.rate('bytes')).to.equal(4000);
    meter.sample({ frames: 1, tiles: 1, bytes: 10 }, 2500);
    expect(meter.rate('frames')).to.equal(0);
  });

  it('writes numbers for people', () => {
    expect([0, 0.123, 9.96, 10.4, 12345].map(number)).to.deep.equal(['0', '0.12', '10', '10', '12,345']);
    expect([3.14, 999, 1500, 300_000].map(duration)).to.deep.equal(['3.1 ms', '999 ms', '1.5 s', '5 min']);
    expect([20, 2500].map(bits)).to.deep.equal(['20 kbit/s', '2.5 Mbit/s']);
    expect([0, 0.3, 1, 7, 30, 101].map(scaleFor)).to.deep.equal([1, 0.5, 1, 10, 50, 200]);
  });
});
