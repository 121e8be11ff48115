/** Many commands, while their links are changed by force: not one is lost. */

import { Door, directDialer } from '../direct.js';
import { Drawing, SIDE } from '../drawing.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { Dialer } from '../sockets.js';
import { sleep, until } from '../until.js';
import { count } from './control.js';

export const tenThousand: Scenario = {
  name: 'ten-thousand-commands',
  about:
    'ten viewers give 10,000 commands while their links are changed by force 20 times: none is lost, none is done twice',
  seconds: 300,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay({ controlRate: 10_000, sourceGraceMs: 30_000 });
    const host = await stage.host(at, { side: SIDE, density: 0 });
    const door = stage.keep(await Door.open(host, 'the-host'));
    const line = stage.keep(await ShapedPort.open(door.port, {}, random));
    const directs = Array.from({ length: 10 }, () => new Dialer());
    const viewers = directs.map((dialer) => stage.viewer(at, { dialer: directDialer(line.port, random, dialer) }));
    await host.live();
    await until('all are direct', () => count(viewers) === viewers.length, 60_000);
    const drawing = new Drawing(viewers, random);
    const commands = drawing.run(1000, 60);
    const patience = 100_000;
    for (let forced = 0; forced < 20; forced++) {
      // However slow the machine is: something of each has got through since the last time.
      const before = [...drawing.answered];
      await until('so many are answered', () => drawing.acked.size >= (forced + 1) * 450, patience);
      await until('all go on', () => before.every((n, who) => drawing.answered[who]! > n), patience);
      const some = viewers.filter(() => random.chance(0.5));
      if (forced % 4 === 0) line.cut();
      else if (forced % 4 === 1) for (const { receiver } of some) receiver.transport = 'relay';
      else if (forced % 4 === 2) for (const { dialer } of some) dialer.cut();
      else host.dialer.cut();
      if (forced % 4 === 3) for (const { receiver } of viewers) receiver.transport = 'auto';
      await sleep(random.int(100));
      // Whoever loses its link often waits longer each time: that is for others to test.
      const back = setInterval(() => {
        host.uplink.retryNow();
        for (const { receiver } of viewers) receiver.retryNow();
      }, 50);
      const live = () => host.uplink.status === 'live' && viewers.every(({ receiver }) => receiver.status === 'live');
      await until('all are back', live, patience).finally(() => clearInterval(back));
    }
    await commands;
    const text = drawing.check(host, 0);
    await stage.converge(host, viewers);
    const switches = viewers.reduce((sum, { receiver }) => sum + receiver.counts.switches, 0);
    return `${text}; forced 20 times, ${switches} changes of link`;
  },
};
