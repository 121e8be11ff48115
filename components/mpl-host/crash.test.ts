import { expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplHost } from './mpl-host.js';
import { hashOf, openHost, soup, standing, Workers } from './testing/hosts.js';

const SIZE = { width: 200, height: 130 };
const FIXED = { grid: '200x130', density: '0.4', seed: '11', speed: '200' };
const truth = async (steps: number, rule = 'B3/S23') => hashOf(await soup({ ...SIZE, rule }, 0.4, 11, steps));
const streamed = () => ({ server: relayUrl(), channel: freshChannel(), transport: 'relay', control: 'viewers' });

let workers: Workers;
beforeEach(() => {
  workers = new Workers();
  workers.watch();
});
afterEach(() => workers.unwatch());

async function watch(host: MplHost): Promise<MplViewer> {
  const viewer = await fixture<MplViewer>(
    html`<mpl-viewer server=${relayUrl()} channel=${host.channel} transport="relay"></mpl-viewer>`,
  );
  await waitUntil(() => viewer.status === 'live', 'the viewer is live');
  return viewer;
}
/** The newest worker throws: it is sent what makes no sense. */
const crash = (): void => workers.last!.postMessage(null);
/** It is gone, as where the browser took its memory away. */
function kill(): void {
  const { last } = workers;
  last!.terminate();
  last!.dispatchEvent(new ErrorEvent('error', { message: '' }));
}
function listen(host: MplHost): MplErrorEvent[] {
  const errors: MplErrorEvent[] = [];
  host.addEventListener('mpl-error', (event) => errors.push(event));
  return errors;
}

describe('<mpl-host> whose worker crashes', () => {
  for (const [how, lose] of [
    ['throws', crash],
    ['is gone', kill],
    ['is gone without a word', () => workers.last!.terminate()],
  ] as const)
    it(`goes on from the last snapshot, and viewers with it (it ${how})`, async () => {
      const host = await openHost({ ...FIXED, ...streamed() });
      const errors = listen(host);
      const viewer = await watch(host);
      await waitUntil(() => viewer.version > 1500, 'it runs');
      const statuses: string[] = [];
      viewer.addEventListener('mpl-status', ({ status }) => statuses.push(status));
      const said = await warnings(async () => {
        lose();
        await waitUntil(() => errors.length > 0, 'it is told');
      });
      const picture = viewer.shadowRoot!.querySelector('#stage')!;
      expect(picture.classList.contains('picture')).to.equal(true);
      const [, from] = /goes on from generation (\d+)/.exec(errors[0]!.message)!.map(Number);
      expect(from).to.be.greaterThan(0);
      expect(errors[0]!.retryable).to.equal(true);
      expect(said.length).to.equal(1);
      await waitUntil(() => workers.made === 2 && workers.running === 1, 'another worker is at work');
      await standing(host);
      await waitUntil(() => host.version > from! + 200, 'it goes on');
      await waitUntil(() => viewer.status === 'live' && viewer.version > from! + 200, 'viewers see it go on');
      expect(statuses).not.to.include('ended').and.not.to.include('failed');
      await viewer.pause();
      const own = await host.digest();
      expect(own.hash).to.equal(await truth(own.version));
      await waitUntil(async () => (await viewer.digest()).version === own.version, 'the viewer is there');
      expect(await viewer.digest()).to.deep.equal(own);
      expect(host.status).to.equal('live');
      // The world as it was at first is still known.
      await host.reset();
      expect((await host.digest()).hash).to.equal(await truth(0));
    });

  it('knows what commands have made of it', async () => {
    const host = await openHost({ ...FIXED, ...streamed(), paused: '' });
    const errors = listen(host);
    const viewer = await watch(host);
    await viewer.request({ command: 'rule', rule: 'B36/S23' });
    await viewer.request({ command: 'grid', width: 100, height: 90 });
    await viewer.request({ command: 'pattern', name: 'mine', text: 'x = 3, y = 3\nbo$2bo$3o!' });
    await viewer.request({ command: 'speed', value: 7 });
    const own = await host.digest();
    await warnings(async () => {
      crash();
      await waitUntil(() => errors.length > 0, 'it is told');
      await waitUntil(() => host.controlState?.pattern === 'mine' && host.status === 'live');
    });
    const state = { width: 100, height: 90, rule: 'B36/S23', speed: 7, paused: true, pattern: 'mine' };
    expect(host.controlState!).to.include(state);
    expect((await host.digest()).hash).to.equal(own.hash);
    await waitUntil(() => viewer.controlState?.width === 100 && viewer.status === 'live', 'viewers see it');
    await waitUntil(async () => (await viewer.digest()).hash === own.hash);
  });

  it('knows what it was told to, and had not taken yet', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const errors = listen(host);
    await warnings(async () => {
      // It does not hear any more.
      workers.last!.terminate();
      Object.assign(host, { control: 'none', speed: '9', paused: true });
      await host.updateComplete;
      host.speed = '7';
      await host.updateComplete;
      expect(errors.length, 'nobody has noticed yet').to.equal(0);
      await waitUntil(() => errors.length > 0, 'it is told');
      await waitUntil(() => host.controlState?.speed === 7 && host.status === 'live', 'it goes on');
    });
    expect(host.controlState!).to.include({ control: 'none', paused: true });
    // Another can be told, and tells, as the first could.
    host.paused = false;
    await waitUntil(() => !host.controlState!.paused, 'it runs');
    await host.pause();
    await waitUntil(() => host.paused, 'it stands still');
  });

  it('goes on from the generation of the picture it has, whatever was drawn since', async () => {
    const host = await openHost({ ...FIXED, paused: '' });
    const errors = listen(host);
    /** By version. */
    const generations = new Map<number, number>([[0, 0]]);
    let generation = 0;
    for (let i = 0; i < 30; i++) {
      await host.step(3);
      generation += 3;
      generations.set((await host.digest()).version, generation);
      for (let k = 0; k < 1 + (i % 3); k++) {
        await host.request({ command: 'draw', alive: true, cells: [i, k, i + 1, k] });
        generations.set((await host.digest()).version, generation);
      }
    }
    await warnings(async () => {
      crash();
      await waitUntil(() => errors.length > 0 && host.status === 'live' && host.controlState !== null);
    });
    const from = Number(/goes on from generation (\d+)/.exec(errors[0]!.message)![1]);
    const { version } = await host.digest();
    expect(generations.has(version), `version ${version}`).to.equal(true);
    expect(from, `at version ${version}`).to.equal(generations.get(version));
  });

  it('says so where it crashes again, and begins anew when asked to', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const errors = listen(host);
    const viewer = await watch(host);
    await warnings(async () => {
      crash();
      await waitUntil(() => workers.made === 2 && errors.length === 1);
      await standing(host);
      crash();
      await waitUntil(() => host.status === 'failed', 'it gives up');
    });
    expect(host.reason).to.match(/crashed.*before/);
    expect(errors.length).to.equal(2);
    expect(errors[1]!.retryable).to.equal(false);
    await waitUntil(() => workers.running === 0, 'no worker is left');
    expect(workers.made).to.equal(2);
    await waitUntil(() => viewer.status === 'waiting', 'viewers wait');
    expect(viewer.shadowRoot!.querySelector('#stage')!.classList.contains('picture')).to.equal(true);
    expect(await host.digest().catch((error: Error) => error.message)).to.contain('crashed');
    host.retry();
    await standing(host);
    await waitUntil(() => viewer.status === 'live', 'they see the new one');
  });

  it('takes another world for no snapshot of this one', async () => {
    const host = await openHost({ ...FIXED, paused: '' });
    const errors = listen(host);
    await host.step(50);
    await warnings(async () => {
      // Of the same size; it crashes before anybody in the page can have seen it.
      await host.request({ command: 'soup', density: 0.2, seed: 5 });
      crash();
      await waitUntil(() => errors.length > 0 && host.status === 'live' && host.controlState !== null);
    });
    expect((await host.digest()).hash).to.equal(await hashOf(await soup(SIZE, 0.2, 5)));
  });
});
