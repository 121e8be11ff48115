/** What flows to a layer is what of it is in view: against a real relay. */

import { expect, fixture, html } from '@open-wc/testing';
import { digest, type Receiver } from '../../transport/index.js';
import '../define/mpl-layer.js';
import '../define/mpl-viewer.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { resting } from '../testing/resting.js';
import { relayUrl, Stream } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import type { MplLayer } from './mpl-layer.js';

const streams: Stream[] = [];
const stream = (width: number, height = width): Stream => {
  const made = new Stream({ width, height });
  streams.push(made);
  return made;
};
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

const receiverOf = (screen: MplViewer | MplLayer): Receiver => (screen as unknown as { receiver: Receiver }).receiver;
const there = (screen: MplViewer | MplLayer, { world }: Stream): Promise<void> =>
  waitUntil(() => receiverOf(screen)?.whole && screen.version === world.version, 'it is there');
const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

it('a layer asks for what of it is in view, by its region; unseen, it rests', async () => {
  const [ground, fine, far] = [stream(2048), stream(2048), stream(640)];
  const root = await fixture<HTMLElement>(html`<div style="width: 256px; --mpl-aspect: 4 / 3"></div>`);
  root.innerHTML = `<mpl-viewer server=${relayUrl()} channel=${ground.channel} transport="relay">
    <mpl-layer channel=${fine.channel} region="512 512 512 512" transport="relay"></mpl-layer>
    <mpl-layer channel=${far.channel} region="1400 1400 640 640" transport="relay"></mpl-layer>
  </mpl-viewer>`;
  const viewer = root.firstElementChild as MplViewer;
  const [layer, away] = [...viewer.children] as [MplLayer, MplLayer];
  await waitUntil(() => viewer.status === 'live' && viewer.view!.camera.cssWidth === 256, 'it is live');
  await there(viewer, ground);
  await there(layer, fine);
  await there(away, far);
  expect(receiverOf(layer).window).to.equal(null);
  // Four of its cells to one of the ground: 256 x 192 pixels are 256 x 192 cells.
  Object.assign(viewer.view!.camera, { scale: 4, x: 700, y: 700 });
  await waitUntil(() => receiverOf(layer).window !== null, 'it asks for less');
  await frame();
  expect(viewer.stats.window).to.deep.equal({ x: 9, y: 9, width: 4, height: 4 });
  // Its cell 4 * (700 - 512) = 752 is in the middle: 624 to 879 across, 656 to 847 down.
  expect(receiverOf(layer).window).to.deep.equal({ x: 8, y: 9, width: 7, height: 6 });
  await resting(away);
  const { version } = away;
  for (const made of streams) made.step(20_000);
  await there(viewer, ground);
  await there(layer, fine);
  const inView = { x: 624, y: 656, width: 256, height: 192 };
  expect(digest(receiverOf(layer).grid!, inView)).to.deep.equal(digest(fine.world, inView));
  expect(await layer.digest()).to.deep.equal(digest(fine.world));
  expect(away.version).to.equal(version);
  Object.assign(viewer.view!.camera, { scale: 4, x: 1700, y: 1700 });
  await there(away, far);
  expect(await away.digest()).to.deep.equal(digest(far.world));
  await waitUntil(() => receiverOf(layer).standby, 'the other rests');
});

it('a layer may have as many bytes a second as its viewer, if it does not say itself', async () => {
  const ground = stream(320, 200);
  const root = await fixture<HTMLElement>(html`<div></div>`);
  root.innerHTML = `<mpl-viewer server=${relayUrl()} max-bps="50000" channel=${ground.channel} transport="relay">
    <mpl-layer channel=${ground.channel} transport="relay"></mpl-layer>
    <mpl-layer channel=${ground.channel} max-bps="9000" transport="relay"></mpl-layer>
  </mpl-viewer>`;
  const viewer = root.firstElementChild as MplViewer;
  const layers = [...viewer.children] as MplLayer[];
  const limits = () => layers.map((layer) => receiverOf(layer)?.maxBps).join();
  await waitUntil(() => limits() === '50000,9000', 'both have theirs');
  viewer.maxBps = 60_000;
  await waitUntil(() => limits() === '60000,9000', 'it follows');
});
