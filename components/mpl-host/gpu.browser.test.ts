// Runs in a browser that was told to give pages WebGPU: npx wtr --group gpu

import { expect } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import { hashOf, openHost, soup } from './testing/hosts.js';

const adapter = await navigator.gpu?.requestAdapter();
const suite = adapter ? describe : describe.skip;
const without = adapter
  ? ''
  : ` (skipped: ${navigator.gpu ? 'WebGPU has no adapter here' : 'there is no WebGPU here'})`;

const SOUP = { grid: '200x130', density: '0.4', seed: '11', engine: 'gpu' };
const truth = (steps: number) => soup({ width: 200, height: 130, engine: 'js' }, 0.4, 11, steps);

suite(`<mpl-host engine="gpu">${without}`, () => {
  it('plays, is edited as it plays, pauses, and has the cells that it must have', async () => {
    const host = await openHost({ ...SOUP, speed: 'max' });
    await waitUntil(() => host.stats.engine !== '', 'it reports');
    expect(host.stats.engine).to.equal('gpu');
    await waitUntil(() => host.version > 20, 'it plays');
    // An edit waits until what is under way is done; it counts as a version, and is a generation of none.
    host.pause();
    await waitUntil(() => host.controlState?.paused === true);
    await host.request({ command: 'step', n: 4 });
    const { version, hash } = await host.digest();
    expect(hash).to.equal(await hashOf(await truth(version)));
    host.play();
    for (let i = 0; i < 20; i++) await host.request({ command: 'draw', alive: i % 2 === 0, cells: [i, i, 199 - i, 7] });
    await host.request({ command: 'rule', rule: 'B36/S23' });
    await host.request({ command: 'wrap', wrap: 'bounded' });
    await host.request({ command: 'clear' });
    await waitUntil(() => host.version > version + 30, 'it goes on');
    await host.request({ command: 'reset' });
    host.pause();
    await waitUntil(() => host.controlState?.paused === true);
    const reset = await host.digest();
    expect(reset.hash).to.equal(await hashOf(await truth(reset.version)));
  });

  it('steps as far as asked, and shows it', async () => {
    const host = await openHost({ ...SOUP, paused: '' });
    expect((await host.digest()).hash).to.equal(await hashOf(await truth(0)));
    await host.step(57);
    expect(await host.digest()).to.deep.equal({ version: 57, hash: await hashOf(await truth(57)) });
    await waitUntil(() => host.version === 57, 'the page sees it');
    await host.step(1);
    expect(await host.digest()).to.deep.equal({ version: 58, hash: await hashOf(await truth(58)) });
  });
});
