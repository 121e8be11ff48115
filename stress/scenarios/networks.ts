/** Bad networks between a source, its relay and its viewers. */

import type { Scenario } from '../scenario.js';
import { type Shape, ShapedPort } from '../shape.js';
import { sleep, until } from '../until.js';

/** Over a line shaped like this, both ways, for the source and for its viewers. */
function over(name: string, about: string, shape: Shape, short = false): Scenario {
  return {
    name,
    about,
    short,
    seconds: 90,
    async run(stage) {
      const at = await stage.relay();
      const up = stage.keep(await ShapedPort.open(at.port, shape, stage.random));
      const down = stage.keep(await ShapedPort.open(at.port, shape, stage.random));
      const host = await stage.host(up, { side: 384 });
      const near = stage.viewer(at);
      const far = Array.from({ length: stage.scale(2, 4) }, () => stage.viewer(down));
      await host.live();
      host.run();
      await until('all have a picture', () => [near, ...far].every(({ receiver }) => receiver.grid !== null));
      const since = far.map(({ receiver }) => receiver.counts.frames);
      await sleep(stage.scale(800, 5000));
      const { version } = host.life;
      const lag = Math.max(...far.map(({ receiver }) => version - receiver.version));
      await stage.converge(host, [near, ...far]);
      const frames = far.map(({ receiver }, i) => receiver.counts.frames - since[i]!);
      for (const { receiver, losses } of [near, ...far]) {
        if (receiver.counts.reconnects > 0) throw new Error(`a viewer was cut off: ${losses.join('; ')}`);
      }
      if (host.uplink.reconnects > 0) throw new Error('the source was cut off');
      return `${Math.min(...frames)}..${Math.max(...frames)} frames of ${version} versions, at most ${lag} behind`;
    },
  };
}

const cuts: Scenario = {
  name: 'cut-mid-frame',
  about: 'connections break at any byte, over and over: what follows is merged, exactly',
  short: true,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay();
    const up = stage.keep(await ShapedPort.open(at.port, { rate: 3e6 }, random));
    const down = stage.keep(await ShapedPort.open(at.port, { rate: 1.5e6, jitter: 3 }, random));
    const host = await stage.host(up);
    const viewers = Array.from({ length: 4 }, () => stage.viewer(down));
    await host.live();
    host.run();
    const cutsLeft = stage.scale(6, 40);
    for (let i = 0; i < cutsLeft; i++) {
      await sleep(random.int(150));
      (random.chance(0.2) ? up : down).cut();
      if (random.chance(0.7)) for (const { receiver } of viewers) receiver.retryNow();
      if (random.chance(0.7)) host.uplink.retryNow();
    }
    for (const { receiver } of viewers) receiver.retryNow();
    host.uplink.retryNow();
    await host.live();
    await stage.converge(host, viewers);
    const stale = viewers.reduce((sum, { receiver }) => sum + receiver.counts.stale, 0);
    return `${cutsLeft} cuts, ${stale} frames that did not fit`;
  },
};

export const networks: Scenario[] = [
  over('net-20ms', 'a line of 20 ms', { delay: 20 }, true),
  over('net-150ms', 'a line of 150 ms, 50 more or less, that loses 5 %', { delay: 150, jitter: 50, loss: 0.05 }),
  over('net-300ms', 'a line of 300 ms, 100 more or less, that loses 10 %, at 500 kbit/s', {
    delay: 300,
    jitter: 100,
    loss: 0.1,
    rate: 500_000 / 8,
  }),
  cuts,
];
