import { expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplHost } from './mpl-host.js';
import { openHost, soup } from './testing/hosts.js';

const WORLD = { width: 200, height: 130 };
const STILL = { grid: '200x130', density: '0.4', seed: '11', paused: '', transport: 'relay' };
/** Brian's Brain. */
const BRAIN = '/2/3';
const LARGER = 'R5,C0,M1,S34..58,B34..45,NM';

async function watch(host: MplHost): Promise<MplViewer> {
  const viewer = await fixture<MplViewer>(
    html`<mpl-viewer server=${relayUrl()} channel=${host.channel} transport="relay"></mpl-viewer>`,
  );
  await waitUntil(() => viewer.status === 'live', 'the viewer is live');
  return viewer;
}
/** Host, the host's own picture and viewer show the world that it is to be. */
async function agree(host: MplHost, viewer: MplViewer, truth: { hash: string }): Promise<void> {
  const { version, hash } = await host.digest();
  expect(hash).to.equal(truth.hash);
  const same = (other: { version: number; hash: string }) => other.version === version && other.hash === hash;
  await waitUntil(async () => same(await viewer.digest()), 'the viewer has it');
  await waitUntil(() => viewer.version === version && host.version === version);
}

describe('<mpl-host> under another rule', () => {
  it('has more planes, and less, and viewers see all of them', async () => {
    const host = await openHost({ ...STILL, server: relayUrl(), channel: freshChannel() });
    const viewer = await watch(host);
    const life = await soup(WORLD, 0.4, 11);
    for (const rule of [BRAIN, 'B3/S23', '345/2/6', LARGER, BRAIN, LARGER, 'B3/S23']) {
      host.rule = rule;
      await waitUntil(() => host.controlState!.rule === rule, rule);
      await life.changeRule(rule);
      await agree(host, viewer, await life.digest());
      for (const n of [1, 6]) {
        await host.step(n);
        life.step(n);
        await agree(host, viewer, await life.digest());
      }
    }
  });

  it('by a command too, while it runs', async () => {
    const host = await openHost({ ...STILL, server: relayUrl(), channel: freshChannel(), control: 'viewers' });
    const viewer = await watch(host);
    await viewer.play();
    for (const rule of [LARGER, BRAIN, 'B3/S23']) {
      await viewer.request({ command: 'rule', rule });
      await waitUntil(() => viewer.controlState!.rule === rule, rule);
      const { version } = await host.digest();
      await waitUntil(() => viewer.version > version + 5, `it goes on under ${rule}`);
    }
    await viewer.pause();
    const own = await host.digest();
    await waitUntil(async () => (await viewer.digest()).version === own.version);
    expect(await viewer.digest()).to.deep.equal(own);
  });

  it('goes on with the old one where the new one cannot be, and says why', async () => {
    const host = await openHost({ ...STILL, server: relayUrl(), channel: freshChannel(), control: 'viewers' });
    const viewer = await watch(host);
    const errors: MplErrorEvent[] = [];
    host.addEventListener('mpl-error', (event) => errors.push(event));
    const before = await host.digest();
    const refused = async (rule: string) =>
      viewer.request({ command: 'rule', rule }).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await refused('B9/S23')).to.contain('9');
    expect(await refused('R99,C0,M1,S34..58,B34..45,NM')).to.contain('10');
    expect(await refused('B2/S/999')).to.contain('256');
    expect(await refused(' ')).to.contain('empty');
    expect(errors.length).to.equal(0);
    const said = await warnings(async () => {
      host.rule = 'R99,C0,M1,S34..58,B34..45,NM';
      await waitUntil(() => errors.length === 1, 'it is told');
      expect(await host.digest()).to.deep.equal(before);
    });
    expect(said.length).to.equal(1);
    expect(errors[0]!.message).to.contain('10');
    expect(host.controlState!.rule).to.equal('B3/S23');
    await agree(host, viewer, before);
  });
});

describe('<mpl-host engine="hash">', () => {
  it('leaps, says so, and has the same cells', async () => {
    const host = await openHost({ grid: '256x256', pattern: 'acorn', paused: '', engine: 'hash' });
    await host.step(5000);
    const life = await soup({ width: 256, height: 256 }, 0, 1);
    const { patternByName } = await import('../../sim/index.js');
    life.load(patternByName('acorn')!);
    life.step(5000);
    expect(await host.digest()).to.deep.equal(await life.digest());
    await waitUntil(() => host.stats.engine === 'hash', 'it reports');
    expect(host.stats.engineReason).to.equal('asked for');
    // What it cannot run, another engine does.
    host.rule = BRAIN;
    await waitUntil(() => host.stats.engine === 'wasm', 'it reports');
    expect(host.stats.engineReason).to.contain('HashLife runs rules of two states');
    await life.changeRule(BRAIN);
    life.step(3);
    await host.step(3);
    expect((await host.digest()).hash).to.equal((await life.digest()).hash);
  });
});
