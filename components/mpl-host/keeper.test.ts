import { expect } from '@open-wc/testing';
import { createLife, type Life } from '../../sim/index.js';
import { PortLink, Source } from '../../transport/index.js';
import { waitUntil } from '../testing/wait-until.js';
import { Keeper } from './keeper.js';
import { hashOf } from './testing/hosts.js';

const SIZE = { width: 1024, height: 1024 };

/** What another worker would make of what was kept. */
async function restored(keeper: Keeper, epoch: number): Promise<Life | null> {
  const kept = keeper.snapshot(epoch);
  if (kept === null) return null;
  const life = await createLife(SIZE);
  life.restore({ ...kept, generation: kept.version });
  return life;
}

describe('what is kept of a world', () => {
  it('is whole, even where it was lost amid a picture', async () => {
    const life = await createLife(SIZE);
    life.soup({ density: 0.4, seed: 3 });
    const source = new Source(life);
    // A picture takes several frames.
    source.fanout.tileBudget = 16;
    const held: (() => void)[] = [];
    /** Frames that may still pass. */
    let pass = Number.POSITIVE_INFINITY;
    let passed = 0;
    const keeper = new Keeper(() => {
      const { port1, port2 } = new MessageChannel();
      source.attach(new PortLink(port2), { owner: true });
      const link = new PortLink(port1);
      const hear = port1.onmessage!;
      port1.onmessage = (event) => {
        const deliver = () => hear.call(port1, event);
        const large = event.data instanceof Uint8Array && event.data.length > 1000;
        if (!large || pass-- > 0) {
          if (large) passed++;
          deliver();
        } else held.push(deliver);
      };
      return Promise.resolve(link);
    });
    const publishing = setInterval(() => source.publish(), 10);
    try {
      await waitUntil(() => keeper.snapshot(source.epoch)?.version === 0, 'it has the first');
      const first = await hashOf(life);
      expect(await hashOf((await restored(keeper, source.epoch))!)).to.equal(first);
      expect(keeper.snapshot(source.epoch + 1)).to.equal(null);

      life.step(5);
      [pass, passed] = [2, 0];
      keeper.hurry();
      await waitUntil(() => passed === 2 && held.length > 0, 'it has a part of the next');
      const torn = (await restored(keeper, source.epoch))!;
      expect(torn.version).to.equal(0);
      expect(await hashOf(torn)).to.equal(first);

      pass = Number.POSITIVE_INFINITY;
      for (const deliver of held.splice(0)) deliver();
      await waitUntil(() => keeper.snapshot(source.epoch)?.version === 5, 'it has all of the next');
      expect(await hashOf((await restored(keeper, source.epoch))!)).to.equal(await hashOf(life));
    } finally {
      clearInterval(publishing);
      keeper.stop();
    }
  });
});
