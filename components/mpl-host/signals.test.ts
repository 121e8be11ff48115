import { expect } from '@open-wc/testing';
import { receive } from '../../transport/signals/index.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import { openHost } from './testing/hosts.js';

describe('<mpl-host> as a source of signals', () => {
  it('tells its version, population, rule, speed and the like, and nothing of its token', async () => {
    const channel = freshChannel();
    const host = await openHost({
      server: relayUrl(),
      channel,
      grid: '128x64',
      pattern: 'r-pentomino',
      paused: '',
      control: 'token',
      token: 'a secret of the host',
    });
    const world = receive(channel, { server: relayUrl() });
    try {
      await waitUntil(() => world.population === 5, 'the population is told');
      expect(world).to.include({ generation: 0, rule: 'B3/S23', paused: true, width: 128, height: 64, wrap: 'torus' });
      await host.step(4);
      await waitUntil(() => world.generation === 4);
      await waitUntil(() => world.version === host.version);
      await host.request({ command: 'rule', rule: 'B36/S23' });
      await waitUntil(() => world.rule === 'B36/S23');
      await host.request({ command: 'speed', value: 12 });
      await waitUntil(() => world.speed === 12);
      expect(JSON.stringify(world)).not.to.contain('secret');
      expect(world._names).to.include.members([
        'version',
        'generation',
        'population',
        'rate',
        'rule',
        'speed',
        'engine',
      ]);
    } finally {
      world._close();
    }
  });

  it('tells those that were selected, and no tiles', async () => {
    const channel = freshChannel();
    await openHost({ server: relayUrl(), channel, grid: '2048x2048', density: '0.5', seed: '1' });
    const world = receive(channel, { server: relayUrl(), select: ['generation', 'nonsense'] });
    try {
      await waitUntil(() => Number(world.generation) > 2, 'it runs');
      expect(Object.keys(world)).to.deep.equal(['generation']);
      expect(world._missing).to.deep.equal(['nonsense']);
    } finally {
      world._close();
    }
  });
});
