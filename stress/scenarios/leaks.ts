/** The same again and again: what a relay takes, it gives back. */

import { holdings } from '../ledger.js';
import type { Scenario } from '../scenario.js';
import { sleep, until } from '../until.js';

const MIB = 2 ** 20;
/** Rounds until everything that is made once has been made. */
const WARM = 3;

const rounds: Scenario = {
  name: 'rounds',
  about: 'channels are made, watched and left, over and over: memory does not grow from one round to the next',
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relayProcess({ sourceGraceMs: 100 });
    const bytes: number[] = [];
    const number = stage.scale(6, 15);
    for (let round = 0; round < number; round++) {
      const host = await stage.host(at, { side: 256 });
      await host.live();
      host.run(60);
      const viewers = [];
      for (let i = 0; i < 12; i++) {
        const viewer = stage.viewer(at, random.chance(0.3) ? { window: { x: 0, y: 0, width: 2, height: 2 } } : {});
        viewers.push(viewer);
        if (random.chance(0.5)) await sleep(random.int(20));
        if (random.chance(0.2)) viewer.dialer.cut();
        if (random.chance(0.2)) viewer.receiver.stop();
      }
      const staying = viewers.filter(({ receiver }) => receiver.status !== 'idle');
      for (const { receiver } of staying) receiver.window = null;
      await stage.converge(host, staying);
      for (const { receiver } of staying) receiver.stop();
      host.close();
      await until('the channel is gone', async () => (await at.probe()).channels.length === 0);
      bytes.push((await at.probe(true)).holdings.bytes);
    }
    const growth = (bytes.at(-1)! - bytes[WARM]!) / (number - 1 - WARM);
    // A channel of this size takes a few hundred KiB, each of its viewers some ten: a leak of any of them would show.
    if (growth > 64 * 1024) throw new Error(`each round leaves ${growth.toFixed(0)} bytes: ${bytes.join(', ')}`);
    await at.expectEmpty();
    const here = (await holdings()).bytes;
    return `${number} rounds, ${(growth / 1024).toFixed(1)} KiB more a round; ${(bytes.at(-1)! / MIB).toFixed(1)} MiB in the relay, ${(here / MIB).toFixed(1)} here`;
  },
};

export const leaks: Scenario[] = [rounds];
