/** What flows to a viewer is what is in view: against a real relay, of a world of which little is. */

import { expect, fixture, html } from '@open-wc/testing';
import { digest, Receiver as KitReceiver, type Receiver, type Rect } from '../../transport/index.js';
import { memoryLinks } from '../../transport/link/memory.js';
import '../define/mpl-viewer.js';
import { isAlive } from '../mpl-layer/testing/cells.js';
import { parseColor } from '../render/colors.js';
import { resting } from '../testing/resting.js';
import { relayUrl, Stream } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import { warnings } from '../testing/warnings.js';
import { MplViewer } from './mpl-viewer.js';

const streams: Stream[] = [];
/** 32 x 32 tiles. */
const stream = (more = {}): Stream => {
  const made = new Stream({ width: 2048, height: 2048, ...more });
  streams.push(made);
  return made;
};
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

const receiverOf = (viewer: MplViewer): Receiver => (viewer as unknown as { receiver: Receiver }).receiver;

/** A viewer of 256 x 192 CSS pixels, which has a picture. */
async function watch(made: Stream, more: Record<string, string> = {}): Promise<MplViewer> {
  const root = await fixture<HTMLElement>(html`<div style="width: 256px; --mpl-aspect: 4 / 3"></div>`);
  const viewer = document.createElement('mpl-viewer');
  const given = { server: relayUrl(), channel: made.channel, transport: 'relay', ...more };
  for (const [name, value] of Object.entries(given)) viewer.setAttribute(name, value);
  root.append(viewer);
  await waitUntil(() => viewer.status === 'live' && viewer.view!.camera.cssWidth === 256, 'it is live');
  await there(viewer, made);
  return viewer;
}

/** Looks at a place, a cell a pixel. */
async function look(viewer: MplViewer, x: number, y: number): Promise<void> {
  const { camera } = viewer.view!;
  Object.assign(camera, { scale: 1, x, y });
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
}

/** It has all that it asks for, as it is now. */
const there = (viewer: MplViewer, made: Stream): Promise<void> =>
  waitUntil(() => receiverOf(viewer).whole && viewer.version === made.world.version, 'it is there');

/** The cells in view. */
function inView(viewer: MplViewer): Rect {
  const { camera } = viewer.view!;
  const [from, to] = [camera.cellAt(0, 0), camera.cellAt(camera.cssWidth - 1, camera.cssHeight - 1)];
  return { ...from, width: to.x - from.x + 1, height: to.y - from.y + 1 };
}

/** Every pixel in view is of the color of its cell at the source. */
function assertPicture(viewer: MplViewer, made: Stream): void {
  const view = viewer.view!;
  const { data, width, height } = view.capture();
  const { alive, dead } = view.colors;
  const [on, off] = [alive, dead].map((color) => parseColor(color)!.slice(0, 3).join());
  let wrong = 0;
  for (let py = 0; py < height; py += 3) {
    for (let px = 0; px < width; px++) {
      const { x, y } = view.camera.cellAt(px / view.camera.dpr, py / view.camera.dpr);
      const at = (py * width + px) * 4;
      if (data.slice(at, at + 3).join() !== (isAlive(made, x, y) ? on : off)) wrong++;
    }
  }
  expect(wrong, 'pixels that are wrong').to.equal(0);
}

/** Steps so often, and says how many bytes it took to follow. */
async function bytesOf(viewer: MplViewer, made: Stream, steps: number): Promise<number> {
  const { bytes } = receiverOf(viewer).counts;
  for (let i = 0; i < steps; i++) {
    made.step(3000);
    await there(viewer, made);
  }
  return receiverOf(viewer).counts.bytes - bytes;
}

/** Every pixel in view: alive or dead as at the source, where that is known; unknown elsewhere. Returns the shares. */
function assertKnown(viewer: MplViewer, made: Stream): { known: number; unknown: number } {
  const view = viewer.view!;
  const { data, width, height } = view.capture();
  const [on, off, none] = [view.colors.alive, view.colors.dead, view.colors.unknown].map((color) =>
    parseColor(color)!.slice(0, 3).join(),
  );
  const grid = receiverOf(viewer).grid!;
  const count = { known: 0, unknown: 0, wrong: 0 };
  for (let py = 0; py < height; py += 2) {
    for (let px = 0; px < width; px++) {
      const { x, y } = view.camera.cellAt(px / view.camera.dpr, py / view.camera.dpr);
      if (x < 0 || y < 0 || x >= grid.width || y >= grid.height) continue;
      const known = grid.knows((y >> 6) * grid.tilesX + (x >> 6));
      const at = (py * width + px) * 4;
      const color = data.slice(at, at + 3).join();
      if (color !== (known ? (isAlive(made, x, y) ? on : off) : none)) count.wrong++;
      count[known ? 'known' : 'unknown']++;
    }
  }
  expect(count.wrong, 'pixels that are wrong').to.equal(0);
  return count;
}

describe('the window of an <mpl-viewer>', () => {
  it('is all of the world while nearly all of it is in view, and little where little is', async () => {
    const made = stream();
    const viewer = await watch(made);
    expect(viewer.stats.window).to.equal(null);
    const all = await bytesOf(viewer, made, 8);
    await look(viewer, 1024, 1024);
    expect(viewer.stats.window).to.deep.equal({ x: 13, y: 13, width: 6, height: 6 });
    // What was sent before the relay heard of it is of all.
    await waitUntil(async () => {
      await bytesOf(viewer, made, 1);
      return receiverOf(viewer).covered?.width === 6;
    }, 'only that comes');
    const few = await bytesOf(viewer, made, 8);
    expect(few).to.be.below(all / 8);
    assertPicture(viewer, made);
    viewer.view!.camera.fit('contain');
    await waitUntil(() => viewer.stats.window === null, 'it wants all again');
    await there(viewer, made);
    expect(receiverOf(viewer).grid!.whole).to.equal(true);
    expect(await viewer.digest()).to.deep.equal(digest(made.world));
  });

  it('shows what has not come apart from what is dead, and counts it', async () => {
    const made = stream();
    const root = await fixture<HTMLElement>(html`<div style="width: 256px; --mpl-aspect: 4 / 3"></div>`);
    const viewer = document.createElement('mpl-viewer');
    const given = { server: relayUrl(), channel: made.channel, transport: 'relay', 'max-bps': '20000' };
    for (const [name, value] of Object.entries(given)) viewer.setAttribute(name, value);
    root.append(viewer);
    await waitUntil(() => receiverOf(viewer)?.grid != null && viewer.view!.camera.cssWidth === 256, 'the first tiles');
    Object.assign(viewer.view!.camera, { scale: 1, x: 1024, y: 1024 });
    // Nothing of it is there yet, or a part.
    expect(assertKnown(viewer, made).unknown).to.be.above(0);
    expect(viewer.stats.tilesPending).to.be.above(0);
    viewer.maxBps = undefined;
    await there(viewer, made);
    const { known, unknown } = assertKnown(viewer, made);
    expect([known > 0, unknown, viewer.stats.tilesPending]).to.deep.equal([true, 0, 0]);
    // The world is larger than what was asked for: elsewhere, nothing is known, and it is shown so until it comes.
    Object.assign(viewer.view!.camera, { scale: 1, x: 150, y: 1900 });
    assertKnown(viewer, made);
    await look(viewer, 150, 1900);
    await there(viewer, made);
    expect(assertKnown(viewer, made).unknown).to.equal(0);
  });

  it('shows only what may be seen, at its size, and says so where that is nothing', async () => {
    const made = stream();
    let rights = { control: false, view: { x: 64, y: 64, width: 512, height: 256 } };
    class Guest extends MplViewer {
      protected override createReceiver(): Receiver {
        return new KitReceiver({
          connect: async () => {
            const [near, far] = memoryLinks();
            made.source.attach(far, { rights });
            return near;
          },
        });
      }
    }
    customElements.define('mpl-guest', Guest);
    const show = async (): Promise<Guest> => {
      const root = await fixture<HTMLElement>(html`<div style="width: 512px; --mpl-aspect: 2 / 1"></div>`);
      const guest = document.createElement('mpl-guest') as Guest;
      guest.setAttribute('channel', made.channel);
      root.append(guest);
      await waitUntil(() => guest.status === 'live' && guest.view!.camera.cssWidth === 512, 'it is live');
      return guest;
    };
    const guest = await show();
    await waitUntil(() => receiverOf(guest).whole, 'it has what it may have');
    const { x, y, scale } = guest.view!.camera;
    expect({ x, y, scale }).to.deep.equal({ x: 320, y: 192, scale: 1 });
    expect(assertKnown(guest, made)).to.include({ unknown: 0 });
    expect(guest.stats.window).to.deep.equal({ x: 1, y: 1, width: 8, height: 4 });
    expect(guest.stats.tilesPending).to.equal(0);
    // Beyond it nothing is known, and nothing is missed.
    guest.view!.camera.x = 500;
    expect(assertKnown(guest, made).unknown).to.be.above(0);
    expect(guest.stats.tilesPending).to.equal(0);

    for (const view of [
      { x: 10, y: 10, width: 100, height: 100 },
      { x: 9000, y: 9000, width: 100, height: 100 },
    ]) {
      rights = { ...rights, view };
      const blind = await show();
      await waitUntil(() => blind.reason !== '', 'it says why there is nothing');
      expect(blind.reason).to.contain('there is no tile that this receiver may see');
      await blind.updateComplete;
      expect(blind.shadowRoot!.querySelector('.cover:not([hidden]) .card')!.textContent).to.contain('no tile that');
      expect(blind.shadowRoot!.querySelector('#badge')).to.equal(null);
      expect(blind.stats.window).to.include({ width: 0, height: 0 });
    }
  });

  it('is where the picture is moved to, and nothing there is stale, nor where it comes back to', async () => {
    const made = stream();
    const viewer = await watch(made);
    await look(viewer, 300, 300);
    await there(viewer, made);
    for (const [x, y] of [
      [1800, 1700],
      [300, 300],
      [1800, 310],
    ] as const) {
      // Where it is not, all goes on.
      for (let i = 0; i < 3; i++) made.step(20_000);
      await there(viewer, made);
      await look(viewer, x, y);
      await there(viewer, made);
      const asked = receiverOf(viewer).window;
      const rect = inView(viewer);
      expect(rect.width * rect.height).to.equal(256 * 192);
      expect(await viewer.digest(rect)).to.deep.equal(digest(made.world, rect));
      assertPicture(viewer, made);
      // What is held need not be asked for.
      expect(receiverOf(viewer).window).to.deep.equal(asked);
      const covered = () => JSON.stringify(receiverOf(viewer).covered);
      await waitUntil(() => covered() === JSON.stringify(asked), 'nothing else is followed');
    }
  });

  it('has tiles there before they are seen', async () => {
    const made = stream();
    const viewer = await watch(made);
    await look(viewer, 400, 400);
    await there(viewer, made);
    for (let i = 0; i < 12; i++) {
      made.step(20_000);
      await there(viewer, made);
      // At once, before anything can have come.
      viewer.view!.camera.panBy(-50, -35);
      const rect = inView(viewer);
      expect(digest(receiverOf(viewer).grid!, rect).hash).to.equal(digest(made.world, rect).hash);
      assertPicture(viewer, made);
      await new Promise(requestAnimationFrame);
    }
  });

  it('is each viewer’s own, and hides from none what it asks for', async () => {
    const made = stream();
    const viewers = [await watch(made), await watch(made), await watch(made)];
    await look(viewers[0]!, 300, 300);
    await look(viewers[1]!, 1700, 1700);
    for (let i = 0; i < 5; i++) made.step(20_000);
    for (const viewer of viewers) await there(viewer, made);
    for (const viewer of viewers.slice(0, 2)) assertPicture(viewer, made);
    // What is not held is fetched; and then it is as it was.
    const asked = receiverOf(viewers[1]!).window;
    for (const viewer of viewers) expect(await viewer.digest()).to.deep.equal(digest(made.world));
    const far = { x: 250, y: 310, width: 100, height: 100 };
    expect(await viewers[1]!.digest(far)).to.deep.equal(digest(made.world, far));
    expect(receiverOf(viewers[1]!).window).to.deep.equal(asked);
  });

  it('is another in another world: of one that is smaller, all comes', async () => {
    const made = stream();
    const viewer = await watch(made);
    await look(viewer, 1900, 1900);
    await there(viewer, made);
    expect(receiverOf(viewer).window!.x).to.be.above(20);
    made.close();
    await waitUntil(() => viewer.status === 'waiting', 'its source is gone');
    const small = stream({ channel: made.channel, width: 320, height: 200 });
    await waitUntil(() => viewer.status === 'live' && viewer.stats.width === 320, 'the other is seen');
    await waitUntil(() => viewer.stats.window === null, 'all of it');
    await there(viewer, small);
    expect(await viewer.digest()).to.deep.equal(digest(small.world));
    small.close();
    const large = stream({ channel: made.channel });
    await waitUntil(() => viewer.stats.width === 2048, 'a large one again');
    await look(viewer, 1900, 1900);
    await there(viewer, large);
    assertPicture(viewer, large);
  });

  it('moves while paused, too: what comes into view is fetched, and then stands still', async () => {
    const made = stream();
    const viewer = await watch(made);
    await look(viewer, 300, 300);
    await there(viewer, made);
    viewer.paused = true;
    await resting(viewer);
    made.step(20_000);
    await look(viewer, 1800, 1700);
    await there(viewer, made);
    assertPicture(viewer, made);
    await resting(viewer);
    const { version } = viewer;
    made.step(20_000);
    const other = await watch(made);
    expect(other.version).to.be.above(version);
    expect(viewer.version).to.equal(version);
    viewer.paused = false;
    await there(viewer, made);
    assertPicture(viewer, made);
  });
});

describe('max-bps of an <mpl-viewer>', () => {
  it('is what it may be, or none', async () => {
    const made = stream();
    const said = await warnings(async () => {
      const viewer = await watch(made, { 'max-bps': '-5' });
      expect(receiverOf(viewer).maxBps).to.equal(undefined);
      viewer.setAttribute('max-bps', '50000');
      await viewer.updateComplete;
      expect(receiverOf(viewer).maxBps).to.equal(50_000);
      viewer.setAttribute('max-bps', 'many');
      await viewer.updateComplete;
      expect(receiverOf(viewer).maxBps).to.equal(undefined);
    });
    expect(said).to.have.length(2);
    expect(said[0]).to.contain('max-bps="-5" may not be: expected a number from 1000');
  });

  it('bounds what flows', async () => {
    // So small that all of it is there within two seconds.
    const made = stream({ width: 512, height: 512 });
    const viewer = await watch(made, { 'max-bps': '20000' });
    const receiver = receiverOf(viewer);
    const began = performance.now();
    const before = receiver.counts.bytes;
    let steps = 0;
    // So many that all of them would be too much, however long they take.
    while (performance.now() - began < 2000 || steps < 90) {
      made.step(3000);
      steps++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seconds = (performance.now() - began) / 1000;
    // A second's worth may have been saved up, and a frame is sent whole.
    expect(receiver.counts.bytes - before).to.be.below(20_000 * (seconds + 2));
    viewer.removeAttribute('max-bps');
    await there(viewer, made);
    expect(await viewer.digest()).to.deep.equal(digest(made.world));
    expect(await bytesOf(viewer, made, steps)).to.be.above(20_000 * (seconds + 2));
  });
});
