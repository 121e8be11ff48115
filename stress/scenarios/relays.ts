/** Relays that die. */

import type { Scenario } from '../scenario.js';
import { sleep, until } from '../until.js';

const relayKill: Scenario = {
  name: 'relay-restart',
  about: 'a relay is killed, or told to end, and starts again: its source and all viewers come back by themselves',
  seconds: 120,
  async run(stage) {
    const at = await stage.relayProcess();
    const host = await stage.host(at);
    const viewers = Array.from({ length: 6 }, () => stage.viewer(at));
    await host.live();
    host.run();
    await until('all have a picture', () => viewers.every(({ receiver }) => receiver.grid?.whole));
    const ways = ['kill', 'end', 'kill'] as const;
    for (const way of ways) {
      await sleep(stage.random.int(300));
      await at[way]();
      await until('all know', () => viewers.every(({ receiver }) => receiver.status === 'reconnecting'));
      await at.again();
      for (const { receiver } of viewers) if (stage.random.chance(0.5)) receiver.retryNow();
      await host.live();
      await stage.converge(host, viewers);
      host.run();
    }
    for (const { receiver } of viewers) receiver.stop();
    host.close();
    await at.expectEmpty();
    return `${ways.length} ends of a relay`;
  },
};

export const relays: Scenario[] = [relayKill];
