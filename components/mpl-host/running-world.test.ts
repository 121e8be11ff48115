import { expect } from '@open-wc/testing';
import { createLife } from '../../sim/index.js';
import { RunningWorld } from './running-world.js';
import type { Stepper } from './world.js';
import type { WorldPace, WorldSettings } from './world-messages.js';

const SETTINGS: WorldSettings = {
  ...{ sim: 'life', engine: 'js', width: 64, height: 64, rule: '', neighborhood: undefined, wrap: 'torus' },
  ...{ pattern: null, density: 0.3, seed: 1 },
};
const PACE: WorldPace = {
  ...{ paused: true, speed: 30, maxFps: 30, tileBudget: 0, control: 'none', controllers: 'many', token: '' },
};

/** A world whose stepper goes so far of what is asked at each call. */
async function running(far: (n: number, call: number) => number, stepMs = 60_000) {
  const world = await createLife({ width: 64, height: 64, engine: 'js' });
  const asked: number[] = [];
  const stepper: Stepper = {
    wanted: 0,
    step(n) {
      world.step(far(n, asked.push(n)));
    },
  };
  const nothing = () => {};
  const runner = new RunningWorld(
    { world, stepper, ownRule: 'B3/S23' },
    {
      ...{ channel: 'x', settings: SETTINGS, pace: { ...PACE }, oncommand: async () => {}, stepMs },
      ...{ onstanding: nothing, onedited: nothing, onbusy: nothing, onfailed: nothing },
    },
  );
  return { runner, world, asked };
}
const forever = new AbortController().signal;

describe('a step of a world', () => {
  it('is done when its generations are gone, however few its engine goes at a time', async () => {
    // It waits for another engine, or has no room for more: no call goes as far as was asked.
    const { runner, world, asked } = await running((n, call) => (call % 3 === 0 ? Math.ceil(n / 2) : 0));
    for (const n of [1, 7, 100]) {
      const before = world.generation;
      await runner.step(n, forever);
      expect(world.generation).to.equal(before + n);
    }
    expect(asked.length).to.be.greaterThan(9);
    runner.pacemaker.close();
  });

  it('says how far it came where it goes no further', async () => {
    const { runner, world } = await running((n) => Math.min(n, 12 - world.generation), 100);
    const problem = await runner.step(50, forever).catch((error: Error) => error.message);
    expect(problem).to.equal('0.1 seconds ended the step after 12 of 50 generations; ask for the rest');
    expect(world.generation).to.equal(12);
    const ended = new AbortController();
    const step = runner.step(50, ended.signal).catch((error: Error) => error.message);
    ended.abort('pause');
    expect(await step).to.equal('"pause" ended the step after 0 of 50 generations');
    runner.pacemaker.close();
  });
});
