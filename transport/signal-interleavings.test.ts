/**
 * The promise of signals: any interleaving of syncs, diffs, filters, changes of type and name, cuts and changes of link,
 * restarts of source and relay ends in the source's own state, and on the way there nobody sees a state that never was.
 *
 * RUNS multiplies the plays; SEED and RUN (the path of a failure) play one again; SHRINK=1 looks for a smaller one.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { SELECTS, SignalStage, type StageLink, type StageSetup } from './testing/signal-stage.js';
import { FakeTime, settled } from './testing/time.js';

type Action =
  | { do: 'set' | 'wait' | 'deliver' | 'time'; n: number }
  | { do: 'cut' | 'freeze'; where: StageLink }
  | { do: 'transport'; transport: 'auto' | 'relay' | 'p2p' }
  | { do: 'maxFps'; fps: number | undefined; who: Who }
  | { do: 'standby'; standby: boolean; who: Who }
  | { do: 'select'; at: number; who: Who }
  | { do: 'restart'; goodbye: boolean; stranger: boolean }
  | { do: 'coded'; coded: boolean }
  | { do: 'relay' };
type Who = 'roamer' | 'picker';

async function act(stage: SignalStage, action: Action): Promise<void> {
  switch (action.do) {
    case 'set':
      stage.set(action.n);
      break;
    case 'wait':
      stage.set(action.n, false);
      break;
    case 'deliver':
      stage.network.deliver(action.n);
      break;
    case 'time':
      await stage.time.advance(action.n * 20);
      break;
    case 'cut':
      stage.cut(action.where);
      break;
    case 'freeze':
      stage.freeze(action.where);
      break;
    case 'transport':
      stage.roamer.transport = action.transport;
      break;
    case 'maxFps':
      stage[action.who].maxFps = action.fps;
      break;
    case 'standby':
      stage[action.who].standby = action.standby;
      break;
    case 'select':
      stage[action.who].select = SELECTS[action.at]!;
      break;
    case 'restart':
      stage.restart(action.goodbye, action.stranger);
      break;
    case 'coded':
      stage.source.fanout.signals!.coded = action.coded;
      break;
    default:
      stage.openRelay();
  }
  await settled();
}

const where = fc.constantFrom<StageLink>('base', 'direct', 'direct', 'uplink');
const who = fc.constantFrom<Who>('roamer', 'picker');
const is = <T extends string>(what: T) => fc.constant(what);
const counted = (what: 'set' | 'wait' | 'deliver' | 'time', min: number, max: number) =>
  fc.record({ do: is(what), n: fc.integer({ min, max }) });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 16, arbitrary: counted('set', 0, 5) },
  { weight: 3, arbitrary: counted('wait', 0, 3) },
  { weight: 16, arbitrary: counted('deliver', 1, 12) },
  { weight: 4, arbitrary: counted('time', 1, 60) },
  { weight: 3, arbitrary: fc.record({ do: is('cut'), where }) },
  { weight: 1, arbitrary: fc.record({ do: is('freeze'), where }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: is('transport'), transport: fc.constantFrom('auto', 'auto', 'relay', 'p2p') }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('maxFps'), fps: fc.constantFrom(undefined, 1, 20), who }) },
  { weight: 2, arbitrary: fc.record({ do: is('standby'), standby: fc.boolean(), who }) },
  { weight: 4, arbitrary: fc.record({ do: is('select'), at: fc.nat(SELECTS.length - 1), who }) },
  { weight: 1, arbitrary: fc.record({ do: is('restart'), goodbye: fc.boolean(), stranger: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: is('coded'), coded: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: is('relay') }) },
) as fc.Arbitrary<Action>;

const setup: fc.Arbitrary<StageSetup> = fc.record({
  seed: fc.integer(),
  highWater: fc.constantFrom(100, 1000, 1e6),
  coded: fc.boolean(),
  start: fc.integer({ min: 0, max: 6 }),
  nudge: fc.boolean(),
});

const replay = {
  endOnFailure: process.env.SHRINK === undefined,
  includeErrorInReport: true,
  ...(process.env.SEED && { seed: Number(process.env.SEED), path: process.env.RUN ?? '' }),
};
const runs = (few: number): number => Math.ceil(few * Number(process.env.RUNS ?? 1));

describe('receivers of signals', () => {
  let time: FakeTime;
  const { now } = Date;
  before(() => {
    time = new FakeTime();
    // A source that begins anew counts its connections from the clock.
    let day = 1.7e12;
    Date.now = () => (day += 86_400_000);
  });
  after(() => {
    time.restore();
    Date.now = now;
  });

  async function play(setup: StageSetup, actions: readonly Action[]): Promise<number> {
    const stage = new SignalStage(time, setup);
    try {
      // Mostly everything is connected before it is taken apart.
      if (setup.seed % 4 !== 0) await stage.rest();
      for (const action of actions) await act(stage, action);
      stage.calm();
      await stage.rest();
    } finally {
      stage.close();
    }
    return stage.compared;
  }

  test('end in the state of the source, and see none on the way that never was', async () => {
    let compared = 0;
    const plays = runs(300);
    await fc.assert(
      fc.asyncProperty(setup, fc.array(action, { minLength: 20, maxLength: 100 }), async (s, actions) => {
        compared += await play(s, actions);
      }),
      { numRuns: plays, ...replay },
    );
    assert.ok(process.env.SEED || compared > plays * 15, `${compared} states compared`);
  });
});
