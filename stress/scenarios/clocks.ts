/** Clocks that are wrong: nothing of what is shown may hang on what a wall clock says. */

import { RelayProcess } from '../relay-process.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { sleep, until } from '../until.js';

const HOUR = 3_600_000;

/** Runs something while the clock of this process is off by so much, which may be another with each look at it. */
async function withClock<T>(offset: () => number, run: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + offset();
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}

const clockSkew: Scenario = {
  name: 'clock-skew',
  about:
    'relay, source and viewers disagree by hours about the time, and clocks jump: pictures and takeovers are as ever',
  async run(stage) {
    const { random } = stage;
    const at = stage.keep(await RelayProcess.start({ dist: false, sourceGraceMs: 20_000 }, 0, 36 * HOUR));
    const cable = stage.keep(await ShapedPort.open(at.port, {}, random));
    const claim = 'claim-of-a-host-without-a-clock';
    const viewers = Array.from({ length: 4 }, () => stage.viewer(at));
    const ahead = await withClock(
      () => 24 * HOUR,
      () => stage.host(cable, { claim }),
    );
    await ahead.live();
    ahead.run();
    await until('all have a picture', () => viewers.every(({ receiver }) => receiver.grid?.whole));

    // It loses its line without a word, and comes back when its clock has been set right: a day before it began.
    cable.freeze(true);
    const right = await stage.host(at, { claim });
    await until('the host is back, whatever its clock says', () => right.uplink.status === 'live');
    cable.freeze(false);
    await until('the old one has given up', () => ahead.uplink.status !== 'live');
    ahead.close();

    // Clocks that jump all the time.
    await withClock(
      () => random.between(-HOUR, HOUR),
      async () => {
        right.run();
        for (let i = 0; i < 8; i++) {
          await sleep(random.int(200));
          const { dialer, receiver } = random.pick(viewers);
          dialer.cut();
          receiver.retryNow();
          if (random.chance(0.3)) right.dialer.cut();
          right.uplink.retryNow();
        }
        await right.live();
        await stage.converge(right, viewers);
      },
    );
    const ages = viewers.map(({ receiver }) => receiver.age);
    // The last picture is as old as the host has rested, and some for a machine that is busy.
    if (ages.some((age) => !(age >= 0 && age < 60_000))) throw new Error(`pictures are ${ages.join(', ')} ms old`);
    return `ages up to ${Math.max(...ages).toFixed(0)} ms`;
  },
};

export const clocks: Scenario[] = [clockSkew];
