/**
 * Windows: however a receiver pans, is capped, changes links, is cut off and comes back, what it says is whole is exactly what
 * the source showed of those tiles at that version; and no tile is sent to one that may not see it.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Action, type Setup, Stage, type Where } from './testing/stage.js';
import { FakeTime } from './testing/time.js';
import type { Rect, TileWindow } from './wire/messages.js';

const replay = {
  endOnFailure: process.env.SHRINK === undefined,
  includeErrorInReport: true,
  ...(process.env.SEED && { seed: Number(process.env.SEED), path: process.env.RUN ?? '' }),
};
const runs = (few: number): number => Math.ceil(few * Number(process.env.RUNS ?? 1));

/** Tiles across a side of the largest world. */
const SIDE = 8;
const tiles = fc.integer({ min: 0, max: SIDE });
const size = fc.integer({ min: 1, max: SIDE + 2 });
const window: fc.Arbitrary<TileWindow | null> = fc.option(
  fc.record({ x: tiles, y: tiles, width: size, height: size }),
  {
    freq: 8,
  },
);
const cells = fc.integer({ min: 0, max: SIDE * 64 - 1 });
const span = fc.integer({ min: 1, max: SIDE * 64 });
const rect: fc.Arbitrary<Rect> = fc.record({ x: cells, y: cells, width: span, height: span });
const where = fc.constantFrom<Where>('base', 'direct', 'direct', 'uplink');

const one = <K extends Action['do'], T>(
  what: K,
  fields: { [name: string]: fc.Arbitrary<T> } = {},
): fc.Arbitrary<Action> => fc.record({ do: fc.constant(what), ...fields }) as unknown as fc.Arbitrary<Action>;

const action = (most: number): fc.Arbitrary<Action> =>
  fc.oneof(
    { weight: 3, arbitrary: one('step', { n: fc.integer({ min: 0, max: most }) }) },
    { weight: 16, arbitrary: one('publish', { n: fc.integer({ min: 0, max: most }) }) },
    { weight: 16, arbitrary: one('deliver', { n: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 5, arbitrary: one('time', { ms: fc.integer({ min: 1, max: 1200 }) }) },
    { weight: 8, arbitrary: one('window', { window }) },
    { weight: 2, arbitrary: one('view', { view: fc.option(rect, { nil: undefined }) }) },
    { weight: 2, arbitrary: one('digest', { rect }) },
    { weight: 1, arbitrary: one('late') },
    { weight: 3, arbitrary: one('cut', { where }) },
    { weight: 1, arbitrary: one('freeze', { where }) },
    { weight: 3, arbitrary: one('transport', { transport: fc.constantFrom('auto', 'auto', 'relay', 'p2p') }) },
    { weight: 1, arbitrary: one('maxFps', { fps: fc.constantFrom(undefined, 1, 20) }) },
    { weight: 2, arbitrary: one('maxBps', { bytes: fc.constantFrom(undefined, 300, 5000, 1e6) }) },
    { weight: 2, arbitrary: one('standby', { standby: fc.boolean() }) },
    { weight: 1, arbitrary: one('epoch') },
    { weight: 1, arbitrary: one('relay') },
  );

const setup: fc.Arbitrary<Setup> = fc.record({
  seed: fc.integer(),
  planes: fc.integer({ min: 1, max: 2 }),
  width: fc.integer({ min: 1, max: SIDE * 64 }),
  height: fc.integer({ min: 1, max: SIDE * 64 }),
  tileBudget: fc.constantFrom(2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  highWater: fc.constantFrom(500, 5000, 1e6),
  start: fc.integer({ min: 0, max: 800 }),
  window,
  view: rect,
});

describe('a receiver with a window', () => {
  let time: FakeTime;
  before(() => {
    time = new FakeTime();
  });
  after(() => time.restore());

  async function play(setup: Setup, actions: Action[]): Promise<Stage> {
    const stage = new Stage(time, setup);
    try {
      // Mostly everything is connected before it is taken apart.
      if (setup.seed % 4 !== 0) await stage.rest();
      for (const action of actions) await stage.act(action);
      await stage.rest();
    } finally {
      stage.close();
    }
    return stage;
  }

  test('asks again where an older subscription, answered late, has had it forget what a newer one says it holds', async () => {
    const cell = { x: 0, y: 0, width: 1, height: 1 };
    const world = { planes: 1, width: 1, height: 65, tileBudget: Number.POSITIVE_INFINITY, highWater: 500, start: 144 };
    const rests = (standby: boolean): Action => ({ do: 'standby', standby });
    const moves = (window: TileWindow | null): Action => ({ do: 'window', window });
    const publish: Action = { do: 'publish', n: 0 };
    await play({ ...world, seed: 1825401369, window: cell, view: cell }, [
      moves(null),
      { do: 'deliver', n: 4 },
      rests(true),
      moves({ ...cell, y: 2 }),
      { do: 'deliver', n: 2 },
      rests(false),
      { do: 'time', ms: 250 },
      { do: 'deliver', n: 1 },
      publish,
      rests(false),
      moves(null),
      publish,
      rests(true),
      publish,
    ]);
  });

  test('shows the source, tile by tile, wherever it is panned and whatever breaks', async () => {
    let [wholes, digests] = [0, 0];
    await fc.assert(
      fc.asyncProperty(setup, fc.array(action(40), { minLength: 20, maxLength: 120 }), async (setup, actions) => {
        const stage = await play(setup, actions);
        wholes += stage.wholes;
        digests += stage.digests;
      }),
      { numRuns: runs(200), ...replay },
    );
    assert.ok(wholes > 1000 && digests > 10, `${wholes} whole moments, ${digests} digests`);
  });
});
