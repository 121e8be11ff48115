import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { SignalStream } from '../testing/signals.js';
import { network } from '../testing/sockets.js';
import { relayUrl } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import { type Feed, feedOf, openFeeds, type SignalReader } from './shared.js';
import { streamOf } from './surroundings.js';

class Reader implements SignalReader {
  fresh = 0;
  awake = false;
  most = Number.POSITIVE_INFINITY;
  constructor(readonly signal: string) {}
  fps = (): number => this.most;
  news = (): void => void this.fresh++;
  failed = (): void => {};
}

let stream: SignalStream;
let feed: Feed;
before(() => network.watch());
after(() => network.unwatch());
beforeEach(async () => {
  stream = new SignalStream(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`s${i}`, i])));
  await waitUntil(() => network.open === 1);
  feed = feedOf(new URL(`${relayUrl()}/`), stream.channel, null);
});
afterEach(async () => {
  stream.close();
  await waitUntil(() => openFeeds() === 0 && network.open === 0, 'all is closed');
});

describe('a shared connection', () => {
  it('is one for each server, channel and token', () => {
    const server = new URL(`${relayUrl()}/`);
    expect(feedOf(server, stream.channel, null)).to.equal(feed);
    const others = [feedOf(server, stream.channel, 'secret'), feedOf(server, 'another', null)];
    expect(new Set([feed, ...others]).size).to.equal(3);
    for (const other of [feed, ...others]) {
      const reader = new Reader('s1');
      other.join(reader);
      other.leave(reader);
    }
  });

  it('lets everybody know of what concerns them, and of nothing else', async () => {
    const [a, b] = [new Reader('s1'), new Reader('s2')];
    feed.join(a);
    feed.join(b);
    await waitUntil(() => feed.value('s1') === 1 && feed.value('s2') === 2);
    expect(feed.value('s3')).to.equal(undefined);
    await aTimeout(100);
    a.fresh = b.fresh = 0;
    stream.set({ s1: 10, s3: 30 });
    await waitUntil(() => feed.value('s1') === 10);
    expect([a.fresh, b.fresh]).to.deep.equal([1, 0]);
    expect(feed.value('s3')).to.equal(undefined);
    stream.set({ s3: 31 });
    await aTimeout(100);
    expect([a.fresh, b.fresh]).to.deep.equal([1, 0]);
    feed.leave(a);
    feed.leave(b);
  });

  it('asks for all, where more names are wanted than can be listed', async () => {
    const readers = Array.from({ length: 4500 }, (_, i) => new Reader(`s${i}`));
    for (const reader of readers) feed.join(reader);
    await waitUntil(() => feed.value('s0') === 0 && feed.value('s4499') === 4499, 'all are there');
    stream.set({ s4400: -1 });
    await waitUntil(() => feed.value('s4400') === -1);
    for (const reader of readers) feed.leave(reader);
  });

  it('waits for its turn to be opened, where there are many', async () => {
    // The source's own socket has no turn.
    await waitUntil(() => network.opening === 0, 'the source is there');
    network.watch();
    const server = new URL(`${relayUrl()}/`);
    const feeds = Array.from({ length: 30 }, (_, i) => feedOf(server, `turn-${i}`, null));
    const reader = new Reader('x');
    for (const other of feeds) other.join(reader);
    await waitUntil(() => feeds.every(({ status }) => status === 'waiting'), 'all are through');
    expect(network.most).to.equal(6);
    for (const other of feeds) other.leave(reader);
  });

  it('outlasts readers that come back, and goes at the pace of the quickest', async () => {
    const [a, b] = [new Reader('s1'), new Reader('s1')];
    a.most = b.most = 5;
    feed.join(a);
    await waitUntil(() => feed.value('s1') === 1);
    /** How many come while some are set, and how many may at five a second. */
    const frames = async (): Promise<[came: number, fewest: number]> => {
      const [before, began] = [Number(feed.value('_frames')), performance.now()];
      for (let i = 0; i < 25; i++) {
        stream.set({ s1: Math.random() });
        await aTimeout(20);
      }
      return [Number(feed.value('_frames')) - before, 3 + (6 * (performance.now() - began)) / 1000];
    };
    const [few, fewest] = await frames();
    expect(few).to.be.below(fewest);
    feed.leave(a);
    b.most = Number.POSITIVE_INFINITY;
    feed.join(b);
    await waitUntil(async () => {
      const [many, fewest] = await frames();
      return many > fewest;
    }, 'it goes quickly');
    expect(network.open).to.equal(2);
    feed.leave(b);
  });
});

describe('where a stream comes from', () => {
  it('is what an element says itself, else what is said around it; a token stays with its channel and server', async () => {
    const root = await fixture<HTMLElement>(html`
      <main mpl-server="/far" mpl-channel="outer" mpl-token="t1">
        <p><b id="plain"></b></p>
        <mpl-viewer channel="inner" token="t2"><i><b id="inside"></b></i></mpl-viewer>
        <mpl-layer channel="layer" server="/near"><b id="layer"></b></mpl-layer>
      </main>
    `);
    const at = (id: string, own = {}) => Object.values(streamOf(root.querySelector(`#${id}`)!, own));
    expect(at('plain')).to.deep.equal(['outer', '/far', 't1']);
    expect(at('inside')).to.deep.equal(['inner', '/far', 't2']);
    expect(at('layer')).to.deep.equal(['layer', '/near', null]);
    expect(at('plain', { channel: 'own' })).to.deep.equal(['own', '/far', null]);
    expect(at('plain', { server: '/own' })).to.deep.equal(['outer', '/own', null]);
    expect(at('plain', { channel: 'own', server: '/own', token: 'mine' })).to.deep.equal(['own', '/own', 'mine']);
  });
});
