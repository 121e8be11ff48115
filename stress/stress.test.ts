/**
 * The short set: the same scenarios as `npm run stress`, with smaller numbers. SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdings, settle, watchTimers } from './ledger.js';

watchTimers();
const { runScenario } = await import('./scenario.js');
const { SCENARIOS } = await import('./scenarios/all.js');

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
console.log(`stress with SEED=${seed}`);

describe('under stress, a relay', async () => {
  const before = await holdings();

  for (const scenario of SCENARIOS.filter(({ short }) => short)) {
    test(`${scenario.name}: ${scenario.about}`, async (context) => {
      const { state, text } = await runScenario(scenario, { seed, short: true, before, objects: false });
      if (state === 'skipped') return context.skip(text);
      const repeat = `npm run stress -- --seed ${seed} --only ${scenario.name} --short`;
      assert.equal(state, 'ok', `${text}\nrepeat: ${repeat}`);
      context.diagnostic(text);
    });
  }

  test('has nothing left of all that, not one object', async () => {
    assert.equal(await settle(before), '');
  });
});
