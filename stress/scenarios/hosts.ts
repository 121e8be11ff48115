/** Sources that crash, reload, quarrel over a channel, or begin another world. */

import type { Host } from '../host.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { sleep, until } from '../until.js';

const hostReload: Scenario = {
  name: 'host-reload',
  about:
    'a host crashes, and comes back with its secret: its viewers keep the picture, wait, and go on with the new world',
  short: true,
  async run(stage) {
    const at = await stage.relay({ sourceGraceMs: 20_000 });
    const claim = 'claim-of-a-host-that-reloads';
    let host = await stage.host(at, { claim });
    const viewers = Array.from({ length: 4 }, () => stage.viewer(at));
    await host.live();
    const reloads = stage.scale(2, 8);
    for (let i = 0; i < reloads; i++) {
      host.run();
      await until('all have a picture', () => viewers.every(({ receiver }) => receiver.status === 'live'));
      await sleep(stage.random.int(200));
      const { epoch } = host.source;
      await host.vanish();
      await until('all wait', () => viewers.every(({ receiver }) => receiver.status === 'waiting'));
      for (const { receiver } of viewers) {
        if (receiver.grid?.epoch !== epoch) throw new Error('the last picture is gone while the source is away');
      }
      host = await stage.host(at, { claim, side: stage.random.pick([512, 500, 700]) });
      await host.live();
    }
    host.run();
    await sleep(200);
    await stage.converge(host, viewers);
    for (const { receiver } of viewers) {
      if (receiver.counts.reconnects > 0) throw new Error('a viewer had to connect again because its source did');
    }
    return `${reloads} crashes`;
  },
};

const hostTakeover: Scenario = {
  name: 'host-takeover',
  about: 'of several that want a channel one has it: with its secret at once, without only when the other has gone',
  short: true,
  async run(stage) {
    const at = await stage.relay({ sourceGraceMs: 20_000 });
    const viewers = Array.from({ length: 3 }, () => stage.viewer(at));
    const claim = 'claim-of-a-host-that-is-stuck';
    // The cable of the first is pulled: the relay takes it for there, until it comes again over another.
    const cable = stage.keep(await ShapedPort.open(at.port, {}, stage.random));
    const stuck = await stage.host(cable, { claim });
    await stuck.live();
    stuck.run();
    await until('all have a picture', () => viewers.every(({ receiver }) => receiver.status === 'live'));
    cable.freeze(true);
    const back = await stage.host(at, { claim });
    await back.live();
    back.run();
    await until('all see it', () => viewers.every(({ receiver }) => receiver.grid?.epoch === back.source.epoch));
    cable.freeze(false);
    await until('the old one has given up', () => stuck.uplink.status === 'failed');
    if (!stuck.uplink.over) throw new Error('one that was replaced wants to come back');
    stuck.close();

    let rivals = await Promise.all(Array.from({ length: stage.scale(1, 3) }, () => stage.host(at)));
    await until('all are told that it is taken', () => rivals.every(({ uplink }) => uplink.status === 'failed'));
    await stage.converge(back, viewers);
    for (let holder = back; rivals.length > 0; rivals = rivals.filter((rival) => rival !== holder)) {
      holder.close();
      const live = (): Host[] => rivals.filter(({ uplink }) => uplink.status === 'live');
      await until('another has it', () => live().length > 0);
      if (live().length > 1) throw new Error('two sources have one channel');
      [holder] = live() as [Host];
      holder.run();
      await sleep(100);
      await stage.converge(holder, viewers);
    }
    return `${viewers.length} viewers saw each of them`;
  },
};

const epochChange: Scenario = {
  name: 'epoch-change',
  about:
    'worlds begin anew, in other sizes, while the one before is still on its way over slow lines: nothing of it is left',
  short: true,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay();
    const line = stage.keep(await ShapedPort.open(at.port, { delay: 15, rate: 400_000 }, random));
    const host = await stage.host(at);
    const viewers = [stage.viewer(at), stage.viewer(at), stage.viewer(line), stage.viewer(line)];
    await host.live();
    host.run();
    await until('all have a picture', () => viewers.every(({ receiver }) => receiver.grid !== null));
    // A relay takes two a second, and twenty at once.
    const worlds = stage.scale(5, 18);
    for (let i = 0; i < worlds; i++) {
      await sleep(random.int(250));
      await host.restart(random.pick([64, 300, 512, 800]), random.pick([0, 0.01, 0.4]));
    }
    await stage.converge(host, viewers);
    for (const { receiver, losses } of viewers) {
      if (receiver.counts.reconnects > 0) throw new Error(`a viewer was cut off: ${losses.join('; ')}`);
    }
    return `${worlds} worlds`;
  },
};

export const hosts: Scenario[] = [hostReload, hostTakeover, epochChange];
