import { expect, fixture, html } from '@open-wc/testing';
import { createLife, type Life, patternByName } from '../../sim/index.js';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplHost } from './mpl-host.js';
import { openHost, Workers } from './testing/hosts.js';

/** It grows in all directions, for ever. */
const GROWS = { grid: '8192x8192', pattern: 'glider', rule: 'B1/S012345678', paused: '', engine: 'wasm' };
const PAGES = 8;

/** How it must be. */
async function truth(steps: number): Promise<Life> {
  const life = await createLife({ width: 8192, height: 8192, rule: GROWS.rule });
  life.load(patternByName('glider')!);
  life.step(steps);
  return life;
}

/** As on a machine that gives a world so many pages of 64 KiB more than it began with, and no others. */
function lowMemory(): () => void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(asked: WebAssembly.MemoryDescriptor) {
      super({ ...asked, maximum: asked.initial + PAGES });
    }
  };
  return () => {
    WebAssembly.Memory = Memory;
  };
}

describe('<mpl-host> where memory runs out', () => {
  const workers = new Workers();
  let restore: () => void;
  beforeEach(() => {
    // Where there are no workers, the world has the memory of this page.
    workers.forbid('no workers here');
    restore = lowMemory();
  });
  afterEach(() => {
    workers.unwatch();
    restore();
  });
  const listen = (host: MplHost): MplErrorEvent[] => {
    const errors: MplErrorEvent[] = [];
    host.addEventListener('mpl-error', (event) => errors.push(event));
    return errors;
  };

  it('stands still with its last generation, says so, and can go on with less', async () => {
    const host = await openHost({
      ...GROWS,
      speed: 'max',
      server: relayUrl(),
      channel: freshChannel(),
      transport: 'relay',
    });
    restore();
    const errors = listen(host);
    const viewer = await fixture<MplViewer>(
      html`<mpl-viewer server=${relayUrl()} channel=${host.channel} transport="relay"></mpl-viewer>`,
    );
    const said = await warnings(async () => {
      await host.play();
      await waitUntil(() => errors.length > 0, 'it is told');
      await waitUntil(() => host.paused, 'it stands still');
    });
    expect(said.length).to.equal(1);
    expect(errors.map(({ retryable }) => retryable)).to.deep.equal([true]);
    expect(errors[0]!.message).to.match(/8192x8192.*MiB/);
    expect(host.status).to.equal('live');
    expect(host.reason).to.equal(errors[0]!.message);
    await host.updateComplete;
    expect(host.shadowRoot!.querySelector('#badge')!.textContent).to.contain('out of memory');
    const own = await host.digest();
    expect(own.version).to.be.greaterThan(20);
    expect(own).to.deep.equal(await (await truth(own.version)).digest());
    await waitUntil(() => viewer.status === 'live' && viewer.version === own.version, 'viewers see it');
    expect(await viewer.digest()).to.deep.equal(own);
    expect(viewer.controlState!.paused).to.equal(true);

    // Whoever wants more is told why not.
    const refusal = await host.step(50).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).to.match(/8192x8192.*MiB/);
    expect((await host.digest()).hash).to.equal(own.hash);

    await host.reset();
    await host.step(3);
    expect(await host.digest()).to.deep.equal(await (await truth(3)).digest());
    await host.play();
    await waitUntil(() => host.version > 10, 'it runs');
    expect(host.reason).to.equal('');
  });

  it('refuses a world for which there is no room, and goes on with the one there is', async () => {
    const host = await openHost({ ...GROWS, grid: '256x256', rule: 'B3/S23', engine: 'auto' });
    const before = await host.digest();
    const refused = (promise: Promise<void>) =>
      promise.then(
        () => '',
        (error: Error) => error.message,
      );
    // Three bytes a cell.
    await host.request({ command: 'rule', rule: 'R5,C0,M1,S34..58,B34..45,NM' });
    expect(await refused(host.request({ command: 'grid', width: 65536, height: 65536 }))).to.match(/65536x65536.*MiB/);
    expect(host.controlState!).to.include({ width: 256, height: 256 });
    await host.request({ command: 'rule', rule: 'B3/S23' });
    expect((await host.digest()).hash).to.equal(before.hash);
    // Soup all over, where there is room for a few blocks.
    expect(await refused(host.request({ command: 'grid', width: 16384, height: 16384 }))).to.equal('');
    expect(await refused(host.request({ command: 'soup', density: 0.4, seed: 1 }))).to.match(/16384x16384.*MiB/);
    expect(host.controlState!).to.include({ width: 16384, pattern: 'glider' });
    await host.step(4);
    await host.play();
    await waitUntil(() => host.version > 20, 'it runs');
  });
});
