import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import type { MplHost } from './mpl-host.js';
import { addHost, hashOf, openHost, soup, standing, Workers } from './testing/hosts.js';

let workers: Workers;
beforeEach(() => {
  workers = new Workers();
  workers.watch();
});
afterEach(() => workers.unwatch());

const FIXED = { grid: '200x130', density: '0.4', seed: '11' };
const STILL = { ...FIXED, paused: '' };
const truth = (steps = 0) => soup({ width: 200, height: 130 }, 0.4, 11, steps);
const streamed = (channel = freshChannel()) => ({ server: relayUrl(), channel, transport: 'relay' });

async function watch(channel: string): Promise<MplViewer> {
  const viewer = await fixture<MplViewer>(
    html`<mpl-viewer server=${relayUrl()} channel=${channel} transport="relay"></mpl-viewer>`,
  );
  await waitUntil(() => viewer.status === 'live', 'the viewer is live');
  return viewer;
}
/** Host and viewer have the same cells at the same version. */
async function agree(host: MplHost, viewer: MplViewer): Promise<void> {
  await host.pause();
  const own = await host.digest();
  await waitUntil(async () => (await viewer.digest()).version === own.version, 'the viewer is there');
  expect(await viewer.digest()).to.deep.equal(own);
}

describe('the life of <mpl-host>', () => {
  it('streams to the relay, and says who watches', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    expect(host.link).to.equal('websocket');
    const viewer = await watch(host.channel!);
    await waitUntil(() => host.stats.viewers === 1, 'it knows');
    await host.updateComplete;
    expect(host.shadowRoot!.querySelector('#badge')!.textContent).to.contain('1 watching');
    await waitUntil(() => viewer.version > 5);
    await agree(host, viewer);
  });

  it('keeps its world through a move', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const viewer = await watch(host.channel!);
    await waitUntil(() => host.version > 5);
    const { version } = await host.digest();
    const seen: string[] = [];
    host.addEventListener('mpl-status', ({ status }) => seen.push(status));
    const other = await fixture<HTMLElement>(html`<div></div>`);
    other.append(host);
    await waitUntil(() => host.version > version + 5);
    expect(workers.made).to.equal(1);
    expect(workers.running).to.equal(1);
    expect(seen).to.deep.equal([]);
    await agree(host, viewer);
    const { hash, version: last } = await host.digest();
    expect(hash).to.equal(await hashOf(await truth(last)));
  });

  it('lets go of its worker when it is removed; viewers wait, and see the next world', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const viewer = await watch(host.channel!);
    const { parentElement } = host;
    host.remove();
    await waitUntil(() => workers.running === 0, 'it ends');
    expect(host.status).to.equal('idle');
    await waitUntil(() => viewer.status === 'waiting', 'it waits');
    const { heard } = workers;
    await aTimeout(1200); // Longer than from report to report.
    expect(workers.heard).to.equal(heard);
    expect(await host.digest().catch(({ message }: Error) => message)).to.be.a('string');
    parentElement!.append(host);
    await standing(host);
    expect(workers.made).to.equal(2);
    await waitUntil(() => viewer.status === 'live', 'it is back');
    await agree(host, viewer);
  });

  it('leaves no worker behind, however often it comes and goes', async () => {
    const root = await fixture<HTMLElement>(html`<div></div>`);
    for (let i = 0; i < 8; i++) {
      const host = document.createElement('mpl-host');
      for (const [name, value] of Object.entries({ server: 'none', pattern: '/demo/patterns/acorn.rle' }))
        host.setAttribute(name, value);
      root.append(host);
      // Removed before it has rendered, while its pattern is loaded, while its worker starts, and when it runs.
      if (i % 4 === 1) await host.updateComplete;
      if (i % 4 === 2) await aTimeout(15);
      if (i % 4 === 3) await standing(host);
      root.replaceChildren();
    }
    await waitUntil(() => workers.running === 0, 'all have ended');
    expect(workers.made).to.be.greaterThan(1);
  });

  it('ends for everybody when it is stopped, and begins again when asked to', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const viewer = await watch(host.channel!);
    await host.stop();
    await waitUntil(() => host.status === 'ended' && viewer.status === 'ended', 'it ends');
    await host.updateComplete;
    expect(host.shadowRoot!.textContent).to.contain('ended');
    expect(await host.step().catch(({ message }: Error) => message)).to.be.a('string');
    host.retry();
    await standing(host);
    viewer.retry();
    await waitUntil(() => viewer.status === 'live', 'it is seen again');
    await agree(host, viewer);
    await waitUntil(() => workers.running === 1, 'one worker is left');
  });

  it('begins again at once, in the moment in which it tells of its end', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const seen: string[] = [];
    host.addEventListener('mpl-status', () => {
      seen.push(host.status);
      if (host.status === 'ended') host.retry();
    });
    // That it was carried out may be told to the world before only, which nobody hears any more.
    void host.stop().catch(() => {});
    await waitUntil(() => seen.includes('ended'), 'it ends');
    await standing(host);
    const { version } = await host.digest();
    await waitUntil(() => host.version > version, 'it runs');
    expect(seen.filter((status) => status === 'ended' || status === 'failed')).to.deep.equal(['ended']);
    await waitUntil(() => workers.running === 1, 'one worker is left');
  });

  it('begins another world on another channel', async () => {
    const host = await openHost({ ...STILL, ...streamed() });
    const first = await watch(host.channel!);
    await host.step(7);
    host.channel = freshChannel();
    await waitUntil(() => first.status === 'waiting', 'the old channel waits');
    await standing(host);
    const second = await watch(host.channel);
    expect((await host.digest()).version).to.equal(0);
    await agree(host, second);
    expect(workers.made).to.equal(2);
    expect(workers.running).to.equal(1);
  });

  it('keeps its world when it changes relays, or has none', async () => {
    const channel = freshChannel();
    const host = await openHost({ ...STILL, channel });
    await host.step(7);
    expect(host.link).to.equal('none');
    host.server = relayUrl();
    await waitUntil(() => host.link === 'websocket', 'it is streamed');
    const viewer = await watch(channel);
    await agree(host, viewer);
    expect(viewer.version).to.equal(7);
    host.server = 'none';
    await waitUntil(() => viewer.status === 'waiting', 'it is not');
    expect(host.status).to.equal('live');
    await host.step();
    expect(await host.digest()).to.deep.equal({ version: 8, hash: await hashOf(await truth(8)) });
    expect(workers.made).to.equal(1);
  });

  it('runs although its relay is not there, and says so', async () => {
    const host = await addHost({ ...STILL, server: 'http://127.0.0.1:9', channel: freshChannel() });
    await waitUntil(() => host.status === 'reconnecting', 'it tries');
    await host.step(3);
    expect((await host.digest()).hash).to.equal(await hashOf(await truth(3)));
    await waitUntil(() => host.version === 3);
    await host.updateComplete;
    expect(host.shadowRoot!.querySelector('#badge')?.textContent).to.match(/No relay yet|Paused/);
  });

  it('does not take the channel of another host of the same page; it says why, and gets it when that is gone', async () => {
    const channel = freshChannel();
    const first = await openHost({ ...STILL, ...streamed(channel) });
    const second = await addHost({ ...STILL, ...streamed(channel), seed: '12' });
    await waitUntil(() => second.status === 'failed', 'it is refused');
    expect(second.reason).to.contain(channel);
    expect(second.reason).to.contain('another source');
    expect(first.status).to.equal('live');
    // Its own world runs all the same.
    await second.step(2);
    expect((await second.digest()).version).to.equal(2);
    const viewer = await watch(channel);
    await agree(first, viewer);
    first.remove();
    await waitUntil(() => second.status === 'live', 'it takes over');
    await waitUntil(() => viewer.status === 'live');
    await agree(second, viewer);
  });

  it('lets all of the reason be read, why it is not streamed, on a small screen, too', async () => {
    const channel = freshChannel();
    await openHost({ ...STILL, ...streamed(channel) });
    const host = await addHost({ ...FIXED, ...streamed(channel) });
    host.style.inlineSize = '320px';
    const badge = (): HTMLElement => host.shadowRoot!.querySelector('#badge')!;
    const reason = /^Not streamed: .*another source.*choose another name$/;
    await waitUntil(() => reason.test(badge()?.textContent ?? ''), 'it says why');
    const text = badge().querySelector('span')!;
    expect(badge().getBoundingClientRect().right).to.be.below(host.getBoundingClientRect().right);
    expect(text.scrollWidth).to.be.at.most(text.clientWidth);
    expect(text.scrollHeight).to.be.at.most(text.clientHeight);
  });

  it('goes on while its page is hidden', async () => {
    const host = await openHost({ ...FIXED, ...streamed() });
    const viewer = await watch(host.channel!);
    const events: Event[] = [];
    host.addEventListener('mpl-stats', (event) => events.push(event));
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    try {
      document.dispatchEvent(new Event('visibilitychange'));
      const { version } = host;
      await aTimeout(1200); // Longer than from report to report.
      await waitUntil(() => Math.min(host.version, viewer.version) > version + 15, 'it goes on');
      // Nobody sees figures.
      expect(events.length).to.equal(0);
      await agree(host, viewer);
    } finally {
      Reflect.deleteProperty(document, 'hidden');
      document.dispatchEvent(new Event('visibilitychange'));
    }
    await waitUntil(() => events.length > 0, 'it is seen again');
  });
});

describe('<mpl-host> where there are no workers', () => {
  it('runs in the page, and the same cells', async () => {
    workers.forbid('workers are forbidden');
    const host = await openHost({ ...STILL, ...streamed() });
    await host.step(57);
    expect(await host.digest()).to.deep.equal({ version: 57, hash: await hashOf(await truth(57)) });
    const viewer = await watch(host.channel!);
    await waitUntil(() => host.stats.engine !== '', 'it reports');
    expect(host.stats.engineReason).to.match(/, in the page: workers are forbidden$/);
    await host.play();
    await waitUntil(() => viewer.version > 80, 'it runs');
    await agree(host, viewer);
    await host.stop();
    await waitUntil(() => viewer.status === 'ended');
  });

  it('lets go of it without a word when it is removed: viewers wait', async () => {
    workers.forbid('workers are forbidden');
    const host = await openHost({ ...FIXED, ...streamed() });
    const viewer = await watch(host.channel!);
    const seen: string[] = [];
    viewer.addEventListener('mpl-status', ({ status }) => seen.push(status));
    const { parentElement } = host;
    host.remove();
    await waitUntil(() => seen.length > 0, 'it is gone');
    expect(seen).to.deep.equal(['waiting']);
    parentElement!.append(host);
    await waitUntil(() => viewer.status === 'live', 'it is back');
    await standing(host);
    await agree(host, viewer);
  });
});
