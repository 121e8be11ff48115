/** Commands, from many at once, over links that break and change: each is carried out once, in order, or refused. */

import { Door, directDialer } from '../direct.js';
import type { Host } from '../host.js';
import type { Random } from '../random.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { Dialer } from '../sockets.js';
import type { Viewer } from '../stage.js';
import { sleep, until } from '../until.js';

const SIDE = 512;
/** Of those that nobody can know about (no answer for ten seconds), how many are too many. */
const UNKNOWN = 0.02;

/** Everybody draws cells of their own, one after the other: a command is known by its cell. */
class Drawing {
  readonly acked = new Set<string>();
  readonly refused = new Map<string, string>();
  /** And why. */
  readonly unknown = new Map<string, string>();
  given = 0;

  constructor(
    readonly viewers: readonly Viewer[],
    readonly random: Random,
  ) {}

  /** Each gives so many commands, with pauses up to so many ms between, and waits for all answers. */
  async run(count: number, pause: number): Promise<void> {
    await Promise.all(this.viewers.map((viewer, who) => this.#draw(viewer, who, count, pause)));
  }

  async #draw({ receiver }: Viewer, who: number, count: number, pause: number): Promise<void> {
    const answers: Promise<void>[] = [];
    for (let n = 0; n < count; n++) {
      const cell = `${n % SIDE},${who * 16 + Math.floor(n / SIDE)}`;
      this.given++;
      const cells = cell.split(',').map(Number);
      const answer = receiver.command({ command: 'draw', alive: true, cells }).then(
        () => void this.acked.add(cell),
        (error: Error) => {
          if (/may have been|was lost|no answer/.test(error.message)) this.unknown.set(cell, error.message);
          else this.refused.set(cell, error.message);
        },
      );
      answers.push(answer);
      // So many may be without an answer at a time.
      if (answers.length % 200 === 0) await Promise.all(answers);
      await sleep(this.random.int(pause));
    }
    await Promise.all(answers);
  }

  /** @throws Error unless the host did each once that it said it did, none that it refused, and all in order */
  check(host: Host): string {
    const times = new Map<string, number>();
    const last = new Map<string, number>();
    for (const command of host.done) {
      if (command.command !== 'draw') continue;
      const [x, y] = command.cells as [number, number];
      times.set(`${x},${y}`, (times.get(`${x},${y}`) ?? 0) + 1);
      const who = String(Math.floor(y / 16));
      const n = (y % 16) * SIDE + x;
      if (n <= (last.get(who) ?? -1)) throw new Error(`command ${n} of viewer ${who} came after ${last.get(who)}`);
      last.set(who, n);
    }
    for (const [cell, n] of times) if (n > 1) throw new Error(`a command was carried out ${n} times (${cell})`);
    for (const cell of this.acked) if (!times.has(cell)) throw new Error(`said to be done, and was not: ${cell}`);
    for (const [cell, why] of this.refused) {
      if (times.has(cell)) throw new Error(`refused, and carried out: ${cell} (${why})`);
    }
    const { acked, refused, unknown, given } = this;
    if (acked.size + refused.size + unknown.size !== given) throw new Error('commands without an answer');
    if (unknown.size > given * UNKNOWN) {
      const why = [...new Set(unknown.values())].slice(0, 3).join('; ');
      throw new Error(`of ${unknown.size} of ${given} commands nobody knows: ${why}`);
    }
    if (refused.size > 0) throw new Error(`${refused.size} were refused: ${[...refused.values()][0]}`);
    return `${given} commands, ${acked.size} done once, ${unknown.size} without an answer`;
  }
}

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

const count = (viewers: readonly Viewer[]): number =>
  viewers.filter(({ receiver }) => receiver.link === 'webrtc').length;

export const control: Scenario[] = [controlRaces, transportSwitch];
