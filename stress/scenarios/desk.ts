/** One steers at a time: many ask for it, hand it over, vanish with it. */

import type { Scenario } from '../scenario.js';
import type { Viewer } from '../stage.js';
import { sleep, until } from '../until.js';

const deskRaces: Scenario = {
  name: 'desk-races',
  about: 'one steers at a time: whoever asks gets it in turn, nobody else is obeyed, and one that vanished loses it',
  seconds: 120,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay({ controlRate: 10_000 });
    const host = await stage.host(at, { density: 0, source: { controllers: 'one' } });
    const viewers = Array.from({ length: 6 }, (_, i) => stage.viewer(at, { name: `viewer ${i}` }));
    await host.live();
    await until('all are live', () => viewers.every(({ receiver }) => receiver.status === 'live'));
    const holder = (): Viewer | undefined => viewers.find(({ receiver }) => receiver.controlling);
    const told = (id: string | undefined): boolean =>
      viewers.every(({ receiver }) => receiver.control?.controller?.id === id);

    // Each draws in a row of its own, asked or not: what is carried out was given by whoever steered then.
    let obeyed = 0;
    let refused = 0;
    let most = 0;
    const draw = async (who: number): Promise<void> => {
      const { receiver } = viewers[who]!;
      await receiver.command({ command: 'draw', alive: true, cells: [random.int(512), who] }).then(
        () => obeyed++,
        (error: Error) => {
          if (!/steers|ask/i.test(error.message)) throw error;
          refused++;
        },
      );
    };
    for (let round = 0; round < 40; round++) {
      const who = random.int(viewers.length);
      const { receiver } = viewers[who]!;
      const wanted = receiver.controlling ? random.pick(['release', 'give', 'draw']) : random.pick(['request', 'draw']);
      if (wanted === 'draw') await draw(who);
      else if (wanted === 'give') {
        const to = random.pick(viewers).receiver.id;
        await receiver.command({ command: 'controller', action: 'give', to }).catch(() => {});
      } else {
        const action = wanted as 'request' | 'release';
        await receiver.command({ command: 'controller', action }).catch(() => {});
      }
      most = Math.max(most, viewers.filter((viewer) => viewer.receiver.controlling).length);
      if (random.chance(0.1)) viewers[who]!.dialer.cut();
    }
    // All ask; the one that has it vanishes: after its lease it is the next one's, and so on.
    for (const { receiver } of viewers) receiver.retryNow();
    await until('all are live again', () => viewers.every(({ receiver }) => receiver.status === 'live'));
    for (const { receiver } of viewers)
      await receiver.command({ command: 'controller', action: 'request' }).catch(() => {});
    await until('somebody steers, and all know who', () => holder() !== undefined && told(holder()!.receiver.id));
    const gone = holder()!;
    gone.dialer.down = true;
    gone.dialer.cut();
    const rest = viewers.filter((viewer) => viewer !== gone);
    await until('the next one steers', () => rest.some(({ receiver }) => receiver.controlling), 40_000);
    gone.receiver.stop();
    const next = rest.filter(({ receiver }) => receiver.controlling);
    if (next.length !== 1) throw new Error(`${next.length} steer at once`);
    await next[0]!.receiver.command({ command: 'step', n: 1 });
    await sleep(50);
    await stage.converge(host, rest);
    // Else its lease would outlive the scenario.
    host.source.controllers = 'many';
    return `${obeyed} obeyed, ${refused} refused, at most ${most} thought to steer at one time`;
  },
};

export const desk: Scenario[] = [deskRaces];
