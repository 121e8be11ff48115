/** Many viewers, who come and go. */

import type { Scenario } from '../scenario.js';
import { Stranger } from '../sockets.js';
import type { Stage, Viewer } from '../stage.js';
import { sleep, until } from '../until.js';

const connectChurn: Scenario = {
  name: 'connect-churn',
  about: 'a thousand viewers come and break off at any moment; those who stay notice nothing',
  short: true,
  seconds: 180,
  async run(stage) {
    const at = await stage.relay();
    const host = await stage.host(at);
    const staying = Array.from({ length: 3 }, () => stage.viewer(at));
    await host.live();
    host.run();
    const total = stage.scale(60, 1000);
    let begun = 0;
    const lane = async (): Promise<void> => {
      while (begun < total) {
        begun++;
        await brief(stage, at.url);
      }
    };
    await Promise.all(Array.from({ length: 12 }, lane));
    const late = stage.viewer(at);
    await stage.converge(host, [...staying, late]);
    for (const { receiver } of staying) expectSteady(receiver.counts.reconnects);
    await until('the relay counts only who is there', () => at.relay.channels()[0]?.viewers === 4);
    return `${begun} came and went, ${staying.length} stayed, version ${host.life.version}`;
  },
};

/** One that does not stay: it leaves before the handshake, before its first message, or while it is fed. */
async function brief(stage: Stage, url: string): Promise<void> {
  const { random } = stage;
  const how = random.int(4);
  if (how === 0) {
    const stranger = new Stranger(new (await import('ws')).WebSocket(`${url}/stream/${stage.channel}`));
    await sleep(random.int(4));
    stranger.socket.terminate();
    return;
  }
  if (how === 1) {
    const stranger = await Stranger.open(`${url}/stream/${stage.channel}`);
    if (random.chance(0.5)) stranger.socket.close(1000);
    else stranger.socket.terminate();
    await stranger.closed;
    return;
  }
  const viewer = stage.viewer({ url, port: 0 });
  await sleep(random.int(30));
  if (how === 2) viewer.dialer.cut();
  if (random.chance(0.5)) await sleep(random.int(10));
  viewer.receiver.stop();
}

const expectSteady = (reconnects: number): void => {
  if (reconnects > 0) throw new Error(`a viewer that stayed had to connect again ${reconnects} times`);
};

const lateJoinStorm: Scenario = {
  name: 'late-join-storm',
  about: '200 viewers come within 250 ms to a world that runs; all have the whole of it',
  short: true,
  seconds: 120,
  async run(stage) {
    // A process takes in one connection a turn, and here all viewers would take their turns between.
    const at = stage.short ? await stage.relay() : await stage.relayProcess();
    const host = await stage.host(at, { side: stage.scale(256, 512) });
    const early = stage.viewer(at);
    await host.live();
    // All decode in this one process: no faster than it can.
    host.run(8);
    await until('the first has a picture', () => early.receiver.grid?.whole);
    const number = stage.scale(40, 200);
    const began = performance.now();
    const crowd: Viewer[] = [];
    for (let i = 0; i < number; i++) {
      crowd.push(stage.viewer(at));
      // Spread over a quarter of a second, in bunches as chance has it.
      if (stage.random.chance(0.2)) await sleep((250 / number) * 5);
    }
    const came = performance.now() - began;
    await until('all have a picture', () => crowd.every(({ receiver }) => receiver.grid !== null), 60_000);
    const seen = performance.now() - began;
    await stage.converge(host, [early, ...crowd]);
    for (const { receiver } of [early, ...crowd]) expectSteady(receiver.counts.reconnects);
    const bytes = crowd.reduce((sum, { receiver }) => sum + receiver.counts.bytes, 0) / number;
    return `${number} within ${came.toFixed(0)} ms, all with a picture after ${seen.toFixed(0)} ms, ${(bytes / 1024).toFixed(0)} KiB each`;
  },
};

const mixedChaos: Scenario = {
  name: 'mixed-chaos',
  about: 'viewers, the source and the network do anything at any time; afterwards all agree',
  short: true,
  seconds: 90,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay({ controlRate: 10_000 });
    const host = await stage.host(at);
    await host.live();
    const viewers = Array.from({ length: stage.scale(6, 20) }, () => stage.viewer(at));
    host.run();
    const acting = stage.scale(80, 300);
    const done: Record<string, number> = {};
    const drawn: Promise<unknown>[] = [];
    const acts: Record<string, (viewer: Viewer) => unknown> = {
      fps: ({ receiver }) => (receiver.maxFps = random.pick([undefined, 1, 5, 60])),
      rest: ({ receiver }) => (receiver.standby = !receiver.standby),
      leave: ({ receiver }) => (receiver.status === 'idle' ? receiver.start() : receiver.stop()),
      hurry: ({ receiver }) => receiver.retryNow(),
      cut: ({ dialer }) => dialer.cut(),
      select: ({ receiver }) => (receiver.select = random.pick([null, 'all', ['version'], ['name', 'nothing']])),
      draw: ({ receiver }) => {
        const cells = [random.int(512), random.int(512)];
        // The world may be smaller than that by now; then it is refused.
        drawn.push(receiver.command({ command: 'draw', alive: true, cells }).catch(() => {}));
      },
      pan: ({ receiver }) => {
        const window = { x: random.int(6), y: random.int(6), width: 1 + random.int(5), height: 1 + random.int(5) };
        receiver.window = random.chance(0.3) ? null : window;
      },
      cap: ({ receiver }) => (receiver.maxBps = random.pick([undefined, 50_000, 1e6])),
      busy: ({ dialer }) => {
        dialer.pause(true);
        setTimeout(() => dialer.pause(false), random.int(200));
      },
    };
    const rare: Record<string, () => unknown> = {
      world: () => host.restart(random.pick([512, 300, 640])),
      uplink: () => host.dialer.cut(),
      pace: () => host.run(random.pick([10, 30, 60])),
    };
    let tally = 0;
    while (tally < acting) {
      const often = !random.chance(0.02);
      const name = random.pick(Object.keys(often ? acts : rare));
      if (often) void acts[name]!(random.pick(viewers));
      else await rare[name]!();
      done[name] = (done[name] ?? 0) + 1;
      tally++;
      await sleep(random.int(12));
    }
    for (const { receiver, dialer } of viewers) {
      dialer.pause(false);
      receiver.standby = false;
      receiver.maxFps = receiver.maxBps = undefined;
      receiver.window = null;
      receiver.select = 'all';
      receiver.start();
      receiver.retryNow();
    }
    host.rest();
    await host.live();
    // What is still asked of the world changes it.
    await Promise.all(drawn);
    await stage.converge(host, viewers);
    const list = Object.entries(done).map(([name, n]) => `${name} ${n}`);
    return `${tally} acts (${list.join(', ')})`;
  },
};

export const crowds: Scenario[] = [connectChurn, lateJoinStorm, mixedChaos];
