import { expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import type { MplSignalEvent } from '../events/signal-event.js';
import { openHost } from '../mpl-host/testing/hosts.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplViewer } from './mpl-viewer.js';

describe('<mpl-viewer select>', () => {
  it('receives the signals selected over its own connection, and others when that changes', async () => {
    const channel = freshChannel();
    const host = await openHost({
      server: relayUrl(),
      channel,
      grid: '64x64',
      pattern: 'glider',
      paused: '',
      control: 'viewers',
    });
    const viewer = await fixture<MplViewer>(
      html`<mpl-viewer server=${relayUrl()} channel=${channel} transport="relay" select="population  rule"></mpl-viewer>`,
    );
    const news: [string, unknown, unknown][] = [];
    viewer.addEventListener('mpl-signal', (event) => {
      const { name, value, previous } = event as MplSignalEvent;
      news.push([name, value, previous]);
    });
    await waitUntil(() => viewer.signals.population === 5, 'it has the population');
    expect(viewer.signals.rule).to.equal('B3/S23');
    expect(Object.keys(viewer.signals).sort()).to.deep.equal(['population', 'rule']);
    await waitUntil(() => viewer.version === host.version && viewer.status === 'live');
    await host.request({ command: 'rule', rule: 'B36/S23' });
    await waitUntil(() => viewer.signals.rule === 'B36/S23');
    expect(news).to.deep.include(['rule', 'B36/S23', 'B3/S23']);
    viewer.select = '*';
    await waitUntil(() => viewer.signals.width === 64 && viewer.signals.generation === 0);
    viewer.select = null;
    await viewer.updateComplete;
    // It is heard of before this is done.
    await viewer.request({ command: 'speed', value: 30 });
    await host.step(3);
    await waitUntil(() => viewer.version === 3);
    expect(viewer.signals.generation, 'no more news of signals').to.equal(0);
    expect((await viewer.digest()).hash).to.equal((await host.digest()).hash);
  });

  it('says once what cannot be a name', async () => {
    const said = await warnings(async () => {
      const viewer = await fixture<MplViewer>(
        html`<mpl-viewer server=${relayUrl()} channel=${freshChannel()} select="_connected"></mpl-viewer>`,
      );
      expect(viewer.select).not.to.equal('_connected');
    });
    expect(said.join()).to.contain('select');
  });
});
