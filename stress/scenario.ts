/** What a scenario is, and how one is run: bounded in time, and looked through for leaks afterwards. */

import { type Holdings, settle } from './ledger.js';
import { Stage } from './stage.js';
import { within } from './until.js';

export interface Scenario {
  name: string;
  /** What it shows, for `--list`. */
  about: string;
  /** Part of the short set, which `npm test` runs with smaller numbers. */
  short?: boolean;
  /** Only played when it is named. */
  apart?: boolean;
  /** Seconds it may take, at most. Default 60. */
  seconds?: number;
  /** Why it cannot run here; undefined where it can. */
  missing?: () => string | undefined | Promise<string | undefined>;
  /** Throws where something is not as it should be; returns figures for people. */
  run(stage: Stage): Promise<string>;
}

export interface Outcome {
  name: string;
  state: 'ok' | 'failed' | 'skipped';
  /** Figures, or why it failed or was skipped. */
  text: string;
  seconds: number;
}

export interface RunOptions {
  seed: number;
  /** Play with smaller numbers. */
  short: boolean;
  /** What the process held before the first scenario. */
  before: Holdings;
  /** Look for objects that were left behind after this one, too, not only for timers and sockets. Default true. */
  objects?: boolean;
}

/** Runs one; never throws. */
export async function runScenario(scenario: Scenario, { seed, short, before, objects }: RunOptions): Promise<Outcome> {
  const began = performance.now();
  const end = (state: Outcome['state'], text: string): Outcome => {
    return { name: scenario.name, state, text, seconds: (performance.now() - began) / 1000 };
  };
  const missing = await scenario.missing?.();
  if (missing) return end('skipped', missing);
  const astray: unknown[] = [];
  const stray = (error: unknown): void => void astray.push(error);
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  try {
    const text = await play(scenario, seed, short);
    if (astray.length > 0) throw astray[0];
    const left = await settle(before, objects);
    if (left) throw new Error(`left behind: ${left}`);
    return end('ok', text);
  } catch (error) {
    return end('failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    process.off('uncaughtException', stray);
    process.off('unhandledRejection', stray);
  }
}

/** On a stage of its own, which is gone when this returns: nothing here may hold on to what was on it. */
async function play(scenario: Scenario, seed: number, short: boolean): Promise<string> {
  const stage = new Stage(scenario.name, seed, short);
  try {
    return await within((scenario.seconds ?? 60) * 1000, scenario.name, scenario.run(stage));
  } finally {
    await stage.close();
  }
}
