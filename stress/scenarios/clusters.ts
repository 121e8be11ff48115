/** Several relays that a Redis joins: nodes die, the Redis dies, lines between them fall silent. */

import type { RelayOptions } from 'mpl-kit/server';
import { Drawing, SIDE } from '../drawing.js';
import { RedisProcess, redisMissing } from '../redis.js';
import type { RelayProcess } from '../relay-process.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import type { Stage, Viewer } from '../stage.js';
import { sleep, until } from '../until.js';

async function nodes(
  stage: Stage,
  number: number,
  more: RelayOptions = {},
): Promise<{ redis: RedisProcess; at: RelayProcess[] }> {
  const redis = stage.keep(await RedisProcess.start());
  const options = { redis: redis.url, controlRate: 10_000, ...more };
  const at = await Promise.all(Array.from({ length: number }, () => stage.relayProcess(options)));
  return { redis, at };
}

const pictured = (viewers: readonly Viewer[]): Promise<void> =>
  until('all have a picture', () =>
    viewers.every(({ receiver }) => receiver.status === 'live' && receiver.grid?.whole),
  );

/** Everyone goes: no relay may keep anything. */
async function leave(viewers: readonly Viewer[], host: { close(): void }, at: readonly RelayProcess[]): Promise<void> {
  for (const { receiver } of viewers) receiver.stop();
  host.close();
  for (const relay of at) await relay.expectEmpty();
}

const twoRelays: Scenario = {
  name: 'two-relays',
  about: 'a host at one relay, viewers at another: every cell, every signal, and every command once',
  missing: redisMissing,
  seconds: 120,
  async run(stage) {
    const { at } = await nodes(stage, 2);
    const host = await stage.host(at[0]!, { side: SIDE, density: 0.2 });
    const viewers = [0, 1, 1, 1].map((i) => stage.viewer(at[i]!));
    await host.live();
    host.run();
    await pictured(viewers);
    const drawing = new Drawing(viewers, stage.random);
    await drawing.run(stage.scale(20, 60), 60);
    const late = [stage.viewer(at[1]!), stage.viewer(at[0]!)];
    await pictured(late);
    const all = [...viewers, ...late];
    await stage.converge(host, all);
    for (let i = 0; i < 3; i++) {
      host.run();
      await sleep(stage.random.int(300));
      await host.restart(stage.random.pick([200, SIDE]));
      await stage.converge(host, all);
    }
    for (const { receiver } of all) if (receiver.counts.reconnects > 0) throw new Error('a viewer was cut off');
    const text = drawing.check(host);
    await leave(all, host, at);
    return text;
  },
};

const relayKill: Scenario = {
  name: 'relay-kill',
  about: 'of two relays one is killed, and then the other: host and viewers go on at the one that is left',
  missing: redisMissing,
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const { at } = await nodes(stage, 2);
    const host = await stage.host(at, { side: SIDE, density: 0.2 });
    const viewers = [at, at.toReversed(), at, at.toReversed(), at].map((places) => stage.viewer(places));
    await host.live();
    host.run();
    await pictured(viewers);
    let shown = '';
    for (const dead of random.chance(0.5) ? [0, 1, 0] : [1, 0, 1]) {
      const drawing = new Drawing(viewers, random);
      host.done.length = 0;
      const commands = drawing.run(15, 200);
      await sleep(random.int(800));
      await at[dead]!.kill();
      for (const { receiver } of viewers) if (random.chance(0.5)) receiver.retryNow();
      await commands;
      shown = drawing.check(host);
      await host.live();
      await stage.converge(host, viewers);
      host.run();
      await at[dead]!.again();
    }
    await stage.converge(host, viewers);
    await leave(viewers, host, at);
    return `three deaths; ${shown} at the last`;
  },
};

const rollingRestart: Scenario = {
  name: 'rolling-restart',
  about:
    'of two relays one after the other is told to end and starts again, as for an update: all are back, and no cell or command is lost',
  missing: redisMissing,
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const { at } = await nodes(stage, 2, { drainMs: 1000 });
    const host = await stage.host(at, { side: SIDE, density: 0.2 });
    const viewers = [at, at.toReversed(), at, at.toReversed(), at, at.toReversed()].map((places) =>
      stage.viewer(places),
    );
    await host.live();
    host.run();
    await pictured(viewers);
    const { epoch } = host.source;
    let shown = '';
    for (const relay of random.chance(0.5) ? at : at.toReversed()) {
      const drawing = new Drawing(viewers, random);
      host.done.length = 0;
      const commands = drawing.run(15, 200);
      await sleep(random.int(500));
      await relay.end();
      await commands;
      shown = drawing.check(host);
      await host.live();
      await stage.converge(host, viewers);
      host.run();
      await relay.again();
    }
    await stage.converge(host, viewers);
    if (host.source.epoch !== epoch) throw new Error('the world has begun anew');
    for (const [i, { receiver }] of viewers.entries()) {
      // Each was at one of the two.
      if (receiver.counts.reconnects === 0) throw new Error(`viewer ${i} was not told to go`);
    }
    const most = Math.max(...viewers.map(({ receiver }) => receiver.counts.reconnects));
    await leave(viewers, host, at);
    return `both restarted; a viewer came back ${most} times at most; ${shown} at the last`;
  },
};

const redisRestart: Scenario = {
  name: 'redis-restart',
  about:
    'the Redis between two relays is killed and comes back empty, and the host moves meanwhile: a stall, no link is lost, then all agree',
  missing: redisMissing,
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const { redis, at } = await nodes(stage, 2);
    const host = await stage.host(at);
    const viewers = [[stage.viewer(at[0]!)], [stage.viewer(at[1]!), stage.viewer(at[1]!)]];
    let here = 0;
    let moves = 0;
    await host.live();
    host.run();
    await pictured(viewers.flat());
    for (let i = 0; i < 4; i++) {
      await redis.kill();
      await sleep(random.int(2500));
      // Nobody can ask whose the channel is, and both relays come to think it theirs.
      if (i === 0 || random.chance(0.5)) {
        host.dialer.cut();
        moves++;
        here = 1 - here;
        await until('the host has moved', () => host.uplink.reconnects === moves && host.uplink.status === 'live');
        // Its claim may be held, or have run out.
        await sleep(random.pick([0, 6000]));
      }
      // Whoever is at the host's own relay needs no Redis.
      await stage.converge(host, viewers[here]!);
      host.run();
      const changed = random.chance(0.5);
      if (changed) await host.restart();
      await redis.again();
      await stage.converge(host, viewers.flat());
      host.run();
    }
    const late = stage.viewer(at[1]!);
    await stage.converge(host, [...viewers.flat(), late]);
    for (const { receiver, losses } of viewers.flat()) {
      if (receiver.counts.reconnects > 0) throw new Error(`a viewer was cut off: ${losses.join('; ')}`);
    }
    if (host.uplink.reconnects > moves) throw new Error(`the host was cut off ${host.uplink.reconnects - moves} times`);
    await leave([...viewers.flat(), late], host, at);
    return `four deaths of a Redis, in ${moves} of which the host moved`;
  },
};

const redisSplit: Scenario = {
  name: 'redis-split',
  about: 'the line between a relay and the Redis breaks, or falls silent for a while: what was missed is made up for',
  missing: redisMissing,
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const redis = stage.keep(await RedisProcess.start());
    const line = stage.keep(await ShapedPort.open(redis.port, { delay: 3, jitter: 2 }, random));
    const near = await stage.relayProcess({ redis: redis.url });
    const far = await stage.relayProcess({ redis: `redis://127.0.0.1:${line.port}` });
    // Now the owner is behind the bad line, now those who follow.
    for (const [here, there] of [[near, far] as const, [far, near] as const]) {
      const host = await stage.host(here);
      const viewers = [stage.viewer(here), stage.viewer(there), stage.viewer(there)];
      await host.live();
      host.run();
      await pictured(viewers);
      for (let i = 0; i < 4; i++) {
        if (random.chance(0.5)) line.cut();
        else {
          line.freeze(true);
          await sleep(random.int(2500));
          line.freeze(false);
        }
        await sleep(random.int(500));
      }
      await stage.converge(host, viewers);
      for (const { receiver } of viewers) receiver.stop();
      host.close();
      await near.expectEmpty();
      await far.expectEmpty();
    }
    return 'four breaks on either side';
  },
};

/** Longer than a relay that is stopped keeps what it had. */
const LEASE = 1500;

const relayFrozen: Scenario = {
  name: 'relay-frozen',
  about:
    'a relay that has the host is stopped for longer than its lease, and goes on: the host is elsewhere by then, and all agree',
  missing: redisMissing,
  seconds: 180,
  async run(stage) {
    const { random } = stage;
    const redis = stage.keep(await RedisProcess.start());
    const options = { redis: redis.url, leaseMs: LEASE };
    const at = await Promise.all([0, 1, 2].map(() => stage.relayProcess(options)));
    const host = await stage.host(at);
    await host.live();
    host.run();
    const viewers = at.flatMap((place) => [stage.viewer(place), stage.viewer(place)]);
    await pictured(viewers);
    let here = 0;
    let moves = 0;
    for (let i = 0; i < 4; i++) {
      const stays = viewers.filter((_, n) => Math.floor(n / 2) !== here);
      at[here]!.freeze(true);
      const began = performance.now();
      // It notices, and goes to the next; or it does not, and its relay wakes up with it.
      const leaves = i === 0 || random.chance(0.7);
      if (leaves) {
        if (random.chance(0.5)) await sleep(LEASE * 2);
        host.dialer.cut();
        moves++;
        here = (here + 1) % at.length;
        await until('the host has moved', () => host.uplink.reconnects === moves && host.uplink.status === 'live');
        await stage.converge(host, stays);
        host.run();
        if (random.chance(0.5)) await host.restart();
      }
      await sleep(Math.max(0, LEASE * 2 - (performance.now() - began)) + random.int(1000));
      for (const place of at) place.freeze(false);
      await stage.converge(host, viewers);
      // One owner only: what it says from now on comes to all, and nobody else says anything.
      for (let n = 0; n < 5; n++) {
        host.tick();
        await stage.converge(host, viewers);
      }
      host.run();
      if (host.uplink.over) throw new Error(`the host was told to give up: ${host.uplink.reason}`);
    }
    const text = `stopped four times, in ${moves} of which the host moved, and was sent on ${host.uplink.reconnects - moves} times`;
    await leave(viewers, host, at);
    return text;
  },
};

export const clusters: Scenario[] = [twoRelays, relayKill, rollingRestart, redisRestart, redisSplit, relayFrozen];
