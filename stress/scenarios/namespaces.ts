/** The same bad networks as the kernel makes them: relay and viewers each in a network namespace of their own. */

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { netnsMissing, Wire } from '../netns.js';
import type { Scenario } from '../scenario.js';
import { sleep, until, within } from '../until.js';

const file = (name: string): string => join(import.meta.dirname, '..', name);
let asked = 0;

/** Tells a process to do something, and waits for its answer. */
function tell<T = unknown>(child: ChildProcess, act: string, n = 0): Promise<T> {
  const id = ++asked;
  const answer = new Promise<T>((resolve, reject) => {
    const heard = (message: { id: number; answer: T; error?: string }): void => {
      if (message.id !== id) return;
      child.off('message', heard);
      child.off('exit', gone);
      if (message.error === undefined) resolve(message.answer);
      else reject(new Error(message.error));
    };
    const gone = () => reject(new Error(`a process ended before it had done "${act}"`));
    child.on('message', heard);
    child.once('exit', gone);
  });
  child.send({ id, act, n });
  return within(60_000, act, answer);
}

/** What a process says when it is there. */
function first(child: ChildProcess): Promise<{ port?: number }> {
  const said = new Promise<{ port?: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port?: number }));
    child.once('exit', (code) => reject(new Error(`a process ended with code ${code} before it began`)));
  });
  return within(60_000, 'the start of a process', said);
}

interface Shown {
  version: number;
  hash: string;
  frames: number;
  reconnects: number;
  losses: string[];
}

function through(name: string, about: string, ...queue: string[]): Scenario {
  return {
    name,
    about,
    seconds: 120,
    missing() {
      const missing = netnsMissing();
      if (missing) return missing;
      const wire = new Wire(process.pid);
      const refused = wire.shape(...queue);
      return wire.close().then(() => refused);
    },
    async run(stage) {
      const wire = stage.keep(new Wire(process.pid));
      const refused = wire.shape(...queue);
      if (refused) throw new Error(refused);
      const options = { dist: false };
      const setup = { options, port: 0, skew: 0, host: wire.addresses[0] };
      const relay = wire.spawn(0, file('relay-child.ts'), JSON.stringify(setup));
      const { port } = await first(relay);
      const url = `ws://${wire.addresses[0]}:${port}`;
      const [host, viewers] = [0, 1].map((side) =>
        wire.spawn(side as 0 | 1, file('party-child.ts'), String(stage.seed), url),
      ) as [ChildProcess, ChildProcess];
      await Promise.all([first(host), first(viewers)]);
      await tell(host, 'host', 384);
      await tell(host, 'run', 30);
      await tell(viewers, 'watch', 4);
      await sleep(6000);
      const { version, hash } = await tell<{ version: number; hash: string }>(host, 'rest');
      let shown: Shown[] = [];
      const all = async () => {
        shown = await tell<Shown[]>(viewers, 'shown');
        return shown.every((one) => one.version === version);
      };
      await until('all viewers are with the host', all, 60_000);
      for (const one of shown) {
        if (one.hash !== hash) throw new Error('whole, but its cells are others');
        if (one.reconnects > 0) throw new Error(`a viewer was cut off: ${one.losses.join('; ')}`);
      }
      return `${shown.map(({ frames }) => frames).join(', ')} frames of ${version} versions`;
    },
  };
}

export const namespaces: Scenario[] = [
  through('netns-20ms', 'over a wire of 20 ms (tc netem)', 'netem', 'delay', '20ms'),
  through(
    'netns-150ms',
    'over a wire of 150 ms, 50 more or less, that loses 5 % (tc netem)',
    'netem',
    'delay',
    '150ms',
    '50ms',
    'loss',
    '5%',
  ),
  through(
    'netns-300ms',
    'over a wire of 300 ms, 100 more or less, that loses 10 %, at 500 kbit/s (tc netem)',
    ...['netem', 'delay', '300ms', '100ms', 'loss', '10%', 'rate', '500kbit'],
  ),
  through(
    'netns-500kbit',
    'over a wire of 500 kbit/s (tc tbf)',
    'tbf',
    'rate',
    '500kbit',
    'burst',
    '16kb',
    'latency',
    '400ms',
  ),
];
