import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { digest } from '../../transport/index.js';
import '../define/mpl-viewer.js';
import { relayUrl, Stream } from '../testing/stream.js';
import type { MplViewer } from './mpl-viewer.js';

const streams: Stream[] = [];
const stream = (...args: ConstructorParameters<typeof Stream>): Stream => {
  const made = new Stream(...args);
  streams.push(made);
  return made;
};
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

describe('<mpl-viewer>', () => {
  it('shows what the source shows, cell by cell', async () => {
    const { channel, world, ...rest } = stream();
    const viewer = await fixture<MplViewer>(html`<mpl-viewer server=${relayUrl()} channel=${channel}></mpl-viewer>`);
    await waitUntil(() => viewer.status === 'live');
    expect(viewer.link).to.equal('websocket');
    expect(await viewer.digest()).to.deep.equal(digest(world));
    void rest;
  });
});
