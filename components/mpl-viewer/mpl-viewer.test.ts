import { aTimeout, expect, fixture, html, oneEvent } from '@open-wc/testing';
import { digest } from '../../transport/index.js';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplStatusEvent } from '../events/status-event.js';
import { accessible } from '../testing/accessible.js';
import { resting } from '../testing/resting.js';
import { network } from '../testing/sockets.js';
import { freshChannel, relayUrl, Stream } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplViewer } from './mpl-viewer.js';

const streams: Stream[] = [];
const stream = (...args: ConstructorParameters<typeof Stream>): Stream => {
  const made = new Stream(...args);
  streams.push(made);
  return made;
};
before(() => network.watch());
after(() => network.unwatch());
afterEach(() => {
  network.restore();
  for (const made of streams.splice(0)) made.close();
});

const watch = (channel: string): Promise<MplViewer> =>
  fixture<MplViewer>(
    html`<mpl-viewer server=${relayUrl()} channel=${channel} alt="a small world" transport="relay"></mpl-viewer>`,
  );
const shown = (viewer: MplViewer): string =>
  [...viewer.shadowRoot!.querySelectorAll<HTMLElement>('.cover:not([hidden])')].map((e) => e.textContent).join(' ');
const live = (viewer: MplViewer): Promise<void> => waitUntil(() => viewer.status === 'live', 'it is live');

describe('<mpl-viewer>', () => {
  it('shows what the source shows, cell by cell, and follows it', async () => {
    const made = stream();
    const viewer = await watch(made.channel);
    await live(viewer);
    expect(viewer.link).to.equal('websocket');
    expect(await viewer.digest()).to.deep.equal(digest(made.world));
    for (let i = 0; i < 5; i++) made.step();
    await waitUntil(() => viewer.version === made.world.version);
    expect((await viewer.digest()).hash).to.equal(digest(made.world).hash);
    const part = { x: 60, y: 3, width: 70, height: 90 };
    expect(await viewer.digest(part)).to.deep.equal(digest(made.world, part));
    const canvas = viewer.shadowRoot!.querySelector('canvas')!;
    await waitUntil(() => canvas.width > 0 && canvas.getBoundingClientRect().width > 100);
    expect(viewer.matches(':state(live)')).to.equal(true);
    expect(viewer.stats.width).to.equal(320);
    await accessible(viewer);
  });

  it('says what is wrong with a name that is none', async () => {
    let viewer!: MplViewer;
    await warnings(async () => {
      viewer = await watch('a b');
    });
    await waitUntil(() => viewer.status === 'failed', 'it cannot be shown');
    expect(viewer.reason).to.match(/^"a b" is no name of a channel: 1 to 64 letters/);
  });

  for (const width of [160, 200, 240, 320]) {
    it(`has its message and its button in reach at ${width} pixels`, async () => {
      const root = await fixture<HTMLElement>(html`<div style="width: ${width}px"></div>`);
      const viewer = document.createElement('mpl-viewer');
      viewer.setAttribute('server', 'http://127.0.0.1:9');
      viewer.setAttribute('channel', 'a-channel-of-some-length-that-nobody-has');
      root.append(viewer);
      const card = (): HTMLElement | null => viewer.shadowRoot!.querySelector('.cover:not([hidden]) .card');
      await waitUntil(() => card()?.querySelector('button') != null, 'it says that there is no connection');
      const [outer, inner, button] = [viewer, card()!, card()!.querySelector('button')!].map((e) =>
        e.getBoundingClientRect(),
      );
      const within = (a: DOMRect, b: DOMRect): boolean =>
        a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5 && a.left >= b.left - 0.5 && a.right <= b.right + 0.5;
      expect([within(inner!, outer!), within(button!, inner!)]).to.deep.equal([true, true]);
      const text = card()!.querySelector('strong')!.getBoundingClientRect();
      expect(within(text, inner!)).to.equal(true);
      await accessible(viewer);
    });
  }

  it('waits for a source that is not there yet, and starts by itself', async () => {
    const channel = freshChannel();
    const viewer = await watch(channel);
    await waitUntil(() => viewer.status === 'waiting');
    await viewer.updateComplete;
    expect(shown(viewer)).to.contain('Waiting');
    await accessible(viewer);
    const made = stream({ channel });
    await live(viewer);
    expect((await viewer.digest()).hash).to.equal(digest(made.world).hash);
    await viewer.updateComplete;
    expect(shown(viewer).trim()).to.equal('');
  });

  it('keeps the last picture, dimmed, while its source is away, and says so to those who do not see it', async () => {
    const made = stream().run();
    const viewer = await watch(made.channel);
    await live(viewer);
    await waitUntil(() => viewer.view!.grid && viewer.view!.stats.pending === 0);
    const { version } = await viewer.digest();
    made.close();
    await waitUntil(() => viewer.status === 'waiting', 'it waits');
    await viewer.updateComplete;
    expect(shown(viewer)).to.contain('The source is away').and.contain('its last picture');
    const stage = viewer.shadowRoot!.querySelector('#stage')!;
    await waitUntil(() => Number(getComputedStyle(stage).opacity) < 0.6, 'it is dimmed');
    expect(viewer.version).to.be.at.least(version);
    const announcer = document.querySelector('[data-mpl="announcer"]')!.shadowRoot!;
    await waitUntil(() => announcer.textContent!.includes('a small world: the source is away'), 'it is read out');
    expect(announcer.querySelector('[aria-live="polite"]')!.textContent).to.equal(announcer.textContent);
    await waitUntil(() => Number(getComputedStyle(viewer.shadowRoot!.querySelector('.late')!).opacity) === 1);
    await accessible(viewer);
    const next = stream({ channel: made.channel });
    await waitUntil(() => viewer.status === 'live' && viewer.stats.version === next.world.version, 'it is back');
    expect(await viewer.digest()).to.deep.equal(digest(next.world));
    await waitUntil(() => Number(getComputedStyle(stage).opacity) === 1, 'it is as bright as before');
    expect(shown(viewer).trim()).to.equal('');
  });

  it('keeps the last picture while the connection is lost, says so, and comes back', async () => {
    const made = stream().run();
    const viewer = await watch(made.channel);
    await live(viewer);
    await waitUntil(() => viewer.shadowRoot!.querySelector('.picture'));
    const seen: string[] = [];
    viewer.addEventListener('mpl-status', (event) => seen.push(event.status));
    network.cut();
    await waitUntil(() => viewer.status === 'reconnecting');
    await waitUntil(() => shown(viewer).includes('Connection lost'));
    expect(viewer.shadowRoot!.querySelector('#stage')!.classList.contains('stale')).to.equal(true);
    await waitUntil(() => viewer.shadowRoot!.querySelector('.cover:not([hidden]) button'), 'there is a button');
    await accessible(viewer);
    await waitUntil(() => /in [1-9]\d* s/.test(shown(viewer)), 'it counts down');
    const before = viewer.version;
    network.restore();
    // The source has lost its connection, too: the longer it was gone, the later it would try again.
    made.uplink.retryNow();
    viewer.shadowRoot!.querySelector<HTMLElement>('.cover:not([hidden]) button')!.click();
    await waitUntil(() => viewer.status === 'live' && viewer.version > before, 'it is back');
    expect(seen.at(-1)).to.equal('live');
    await waitUntil(() => !viewer.shadowRoot!.querySelector('.stale'));
    expect(viewer.stats.reconnects).to.be.greaterThan(0);
  });

  it('says why there is no connection at all', async () => {
    const viewer = await fixture<MplViewer>(html`<mpl-viewer server="http://127.0.0.1:9" channel="x"></mpl-viewer>`);
    await waitUntil(() => shown(viewer).includes('No connection yet'));
    expect(shown(viewer).toLowerCase()).to.contain('127.0.0.1:9');
  });

  it('says that a stream has ended, and that it cannot be shown without a channel', async () => {
    const made = stream();
    const viewer = await watch(made.channel);
    await live(viewer);
    made.source.end();
    await waitUntil(() => viewer.status === 'ended');
    await viewer.updateComplete;
    expect(shown(viewer)).to.contain('ended');
    await accessible(viewer);
    const errors: string[] = [];
    const listen = (event: Event): void => void errors.push((event as MplErrorEvent).message);
    document.addEventListener('mpl-error', listen);
    const bare = await fixture<MplViewer>(html`<mpl-viewer server=${relayUrl()}></mpl-viewer>`);
    await waitUntil(() => bare.status === 'failed');
    document.removeEventListener('mpl-error', listen);
    await bare.updateComplete;
    expect(bare.reason).to.contain('channel');
    expect(errors.join()).to.contain('channel');
    expect(shown(bare).toLowerCase()).to.contain('no channel');
    await accessible(bare);
    bare.channel = made.channel;
    await waitUntil(() => bare.status !== 'failed');
  });

  it('stands still while paused, and then shows what is new; the source goes on', async () => {
    const made = stream();
    const viewer = await watch(made.channel);
    await live(viewer);
    viewer.paused = true;
    await viewer.updateComplete;
    for (let i = 0; i < 5; i++) made.step();
    await resting(viewer);
    const first = viewer.version;
    for (let i = 0; i < 5; i++) made.step();
    await aTimeout(150);
    expect(viewer.version).to.equal(first);
    expect(made.world.version).to.be.greaterThan(first);
    expect(viewer.status).to.equal('live');
    expect(viewer.matches(':state(paused)')).to.equal(true);
    viewer.paused = false;
    await waitUntil(() => viewer.version === made.world.version);
    expect((await viewer.digest()).hash).to.equal(digest(made.world).hash);
  });

  it('has one picture when it is paused from the start', async () => {
    const made = stream();
    const viewer = await fixture<MplViewer>(
      html`<mpl-viewer server=${relayUrl()} channel=${made.channel} paused></mpl-viewer>`,
    );
    await live(viewer);
    expect((await viewer.digest()).hash).to.equal(digest(made.world).hash);
  });

  it('keeps its stream through a move, lets go of it when removed, and takes it up again', async () => {
    const made = stream().run();
    const viewer = await watch(made.channel);
    await live(viewer);
    const seen: string[] = [];
    viewer.addEventListener('mpl-status', (event) => seen.push(event.status));
    const other = await fixture<HTMLElement>(html`<div></div>`);
    other.append(viewer);
    await aTimeout(150);
    expect(seen).to.deep.equal([]);
    expect(viewer.shadowRoot!.querySelectorAll('canvas').length).to.equal(1);
    viewer.remove();
    await waitUntil(() => viewer.status === 'idle');
    await waitUntil(() => viewer.shadowRoot!.querySelector('canvas') === null, 'its canvas is gone');
    other.append(viewer);
    await live(viewer);
    await waitUntil(() => viewer.shadowRoot!.querySelector('canvas'));
  });

  it('changes channels, and tells by events that bubble', async () => {
    const [a, b] = [stream(), stream({ width: 100, height: 100 })];
    const viewer = await watch(a.channel);
    await live(viewer);
    viewer.channel = b.channel;
    const event = (await oneEvent(document.body, 'mpl-status')) as MplStatusEvent;
    expect(event.target).to.equal(viewer);
    await waitUntil(() => viewer.stats.width === 100);
    expect((await viewer.digest()).hash).to.equal(digest(b.world).hash);
  });

  it('answers every promise, also where there is nothing to ask', async () => {
    const viewer = await fixture<MplViewer>(html`<mpl-viewer server="none" channel="x"></mpl-viewer>`);
    await waitUntil(() => viewer.status === 'failed');
    for (const promise of [viewer.digest(), viewer.play(), viewer.step(3)]) {
      const error = await promise.then(
        () => null,
        (reason: Error) => reason,
      );
      expect(error?.message).to.contain('relay');
    }
  });
});
