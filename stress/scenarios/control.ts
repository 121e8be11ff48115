/** Commands, from many at once, over links that break and change: each is carried out once, in order, or refused. */

import { Door, directDialer } from '../direct.js';
import { Drawing, SIDE } from '../drawing.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { Dialer } from '../sockets.js';
import type { Viewer } from '../stage.js';
import { sleep, until } from '../until.js';

const controlRaces: Scenario = {
  name: 'control-races',
  about:
    'eight steer at once, while their links and the source’s break: each command is carried out once, in its order',
  short: true,
  seconds: 120,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay({ controlRate: 10_000, sourceGraceMs: 30_000 });
    const up = stage.keep(await ShapedPort.open(at.port, { delay: 2, jitter: 2 }, random));
    const host = await stage.host(up, { side: SIDE, density: 0 });
    const viewers = Array.from({ length: stage.scale(4, 8) }, () => stage.viewer(at));
    await host.live();
    await until('all are live', () => viewers.every(({ receiver }) => receiver.status === 'live'));
    const drawing = new Drawing(viewers, random);
    let over = false;
    let cuts = 0;
    const trouble = (async () => {
      while (!over) {
        await sleep(50 + random.int(300));
        cuts++;
        if (random.chance(0.2)) {
          if (random.chance(0.5)) up.cut();
          else host.dialer.cut();
          host.uplink.retryNow();
        } else {
          const { dialer, receiver } = random.pick(viewers);
          dialer.cut();
          setTimeout(() => receiver.retryNow(), random.int(100));
        }
        // Whoever loses its link often waits longer each time: that is for others to test.
        for (const { receiver } of viewers) receiver.retryNow();
        host.uplink.retryNow();
      }
    })();
    await drawing.run(stage.scale(15, 100), 150).finally(() => (over = true));
    await trouble;
    const text = drawing.check(host);
    await stage.converge(host, viewers);
    return `${text}; ${cuts} cuts`;
  },
};

const transportSwitch: Scenario = {
  name: 'transport-switch',
  about:
    'viewers change between the relay and a direct link, which breaks in the middle of frames: no cell and no command is lost',
  seconds: 120,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay({ controlRate: 10_000 });
    const host = await stage.host(at, { side: SIDE, density: 0.2 });
    const door = stage.keep(await Door.open(host, 'the-host'));
    const line = stage.keep(await ShapedPort.open(door.port, { rate: 4e6 }, random));
    const directs = Array.from({ length: 5 }, () => new Dialer());
    const viewers = directs.map((dialer) => stage.viewer(at, { dialer: directDialer(line.port, random, dialer) }));
    await host.live();
    host.run();
    await until('all are direct', () => viewers.every(({ receiver }) => receiver.link === 'webrtc'));
    const drawing = new Drawing(viewers, random);
    const flips = stage.scale(4, 14);
    const commands = drawing.run(stage.scale(20, 100), 80);
    for (let i = 0; i < flips; i++) {
      await sleep(random.int(300));
      const { receiver, dialer } = random.pick(viewers);
      switch (random.int(4)) {
        case 0:
          line.cut();
          break;
        case 1:
          dialer.cut();
          receiver.retryNow();
          break;
        case 2:
          line.freeze(true);
          await sleep(random.int(1500));
          line.freeze(false);
          break;
        default:
          receiver.transport = 'relay';
          await sleep(random.int(100));
          receiver.transport = 'auto';
      }
      await until('most are direct again', () => count(viewers) >= 3);
    }
    await commands;
    const text = drawing.check(host);
    await stage.converge(host, viewers);
    const switches = viewers.reduce((sum, { receiver }) => sum + receiver.counts.switches, 0);
    return `${switches} changes of link; ${text}`;
  },
};

export const count = (viewers: readonly Viewer[]): number =>
  viewers.filter(({ receiver }) => receiver.link === 'webrtc').length;

export const control: Scenario[] = [controlRaces, transportSwitch];
