import { aTimeout, expect, fixture, html, nextFrame } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-controls.js';
import '../define/mpl-stats.js';
import '../define/mpl-viewer.js';
import { registry } from '../association/registry.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { network } from '../testing/sockets.js';
import { relayUrl, Stream } from '../testing/stream.js';

before(() => network.watch());
after(() => network.unwatch());

let stream: Stream;
beforeEach(() => {
  stream = new Stream();
});
afterEach(() => stream.close());

const viewer = (): MplViewer => {
  const element = document.createElement('mpl-viewer');
  Object.assign(element, { server: relayUrl(), channel: stream.channel, transport: 'relay' });
  return element;
};

describe('the life of a screen', () => {
  it('leaves no socket, listener or canvas behind, however often it comes and goes', async () => {
    const root = await fixture<HTMLElement>(html`<div></div>`);
    await waitUntil(() => stream.uplink.status === 'live' || network.open === 1);
    const sockets = network.open;
    const { listeners } = registry();
    const before = listeners.size;
    for (let i = 0; i < 40; i++) {
      const v = viewer();
      root.append(v, document.createElement('mpl-controls'), document.createElement('mpl-stats'));
      // Removed at every stage: before it has rendered, while it connects, and when it is live.
      if (i % 4 === 1) await nextFrame();
      if (i % 4 === 2) await aTimeout(20);
      if (i % 4 === 3) await waitUntil(() => v.status === 'live');
      root.replaceChildren();
    }
    await waitUntil(() => network.open === sockets, 'all sockets are closed');
    expect(listeners.size).to.equal(before);
    expect(registry().screens.size).to.equal(0);
  });

  it('lets go of an element that was removed while it connected, and takes no late event for its own', async () => {
    const root = await fixture<HTMLElement>(html`<div></div>`);
    const v = viewer();
    const seen: string[] = [];
    v.addEventListener('mpl-status', ({ status }) => seen.push(status));
    root.append(v);
    await v.updateComplete;
    v.remove();
    await waitUntil(() => v.status === 'idle');
    const { length } = seen;
    await aTimeout(300);
    expect(seen.length).to.equal(length);
  });

  it('shows twenty at once', async () => {
    const root = await fixture<HTMLElement>(html`<div></div>`);
    const all = Array.from({ length: 20 }, viewer);
    root.append(...all);
    await waitUntil(() => all.every((v) => v.status === 'live'), 'all are live');
    const hashes = await Promise.all(all.map(async (v) => (await v.digest()).hash));
    expect(new Set(hashes).size).to.equal(1);
  });

  it('draws nothing while it is out of sight', async () => {
    stream.run();
    const root = await fixture<HTMLElement>(html`<div></div>`);
    const v = viewer();
    root.append(v);
    await waitUntil(() => v.stats.fps > 5);
    v.style.marginBlockStart = '300vh';
    await waitUntil(() => v.stats.fps === 0, 'it rests');
    const { version } = v;
    await waitUntil(() => v.version > version, 'its stream goes on');
    v.style.marginBlockStart = '';
    await waitUntil(() => v.stats.fps > 5);
  });

  it('works under a strict content security policy', async () => {
    const frame = document.createElement('iframe');
    const policy = `default-src 'none'; script-src ${location.origin}; connect-src *; worker-src ${location.origin}`;
    frame.srcdoc = `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="${policy}">
      <script type="module" src="/components/testing/policy-page.ts"></script></head><body>
      <mpl-viewer server="${relayUrl()}" channel="${stream.channel}" transport="relay" interactive></mpl-viewer>
      <mpl-controls></mpl-controls><mpl-stats></mpl-stats></body></html>`;
    (await fixture<HTMLElement>(html`<div></div>`)).append(frame);
    interface PolicyPage {
      violations?: string[];
    }
    const page = (): PolicyPage => frame.contentWindow as unknown as PolicyPage;
    const inside = <T>(selector: string): T => frame.contentDocument!.querySelector(selector) as T;
    await waitUntil(() => inside<MplViewer | null>('mpl-viewer')?.status === 'live', 'it is live');
    await aTimeout(700);
    expect(page().violations).to.deep.equal([]);
    const style = frame.contentWindow!.getComputedStyle(inside<HTMLElement>('mpl-viewer'));
    expect(style.display).to.equal('block');
    // The policy is in force: what it forbids is noticed.
    frame.contentDocument!.body.setAttribute('style', 'color: red');
    await waitUntil(() => page().violations!.length === 1);
  });
});
