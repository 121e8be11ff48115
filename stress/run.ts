/**
 * `npm run stress -- --seed N [--only NAME,NAME] [--list]`: plays scenarios against a real relay, over real sockets, one
 * line each. Everything random comes from the seed: a failure is repeated by the command that it prints.
 */

import { parseArgs } from 'node:util';
import { holdings, watchTimers } from './ledger.js';
import type { Outcome } from './scenario.js';

watchTimers();
const { runScenario } = await import('./scenario.js');
const { SCENARIOS } = await import('./scenarios/all.js');

const USAGE = `usage: npm run stress -- [--seed N[,N...]] [--only NAME[,NAME...]] [--skip NAME[,NAME...]] [--short] [--list] [--help]
Without --seed one is drawn, and printed.`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string' },
        only: { type: 'string' },
        skip: { type: 'string' },
        short: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const seeds = (values.seed ?? String(Math.floor(Math.random() * 1e9))).split(',').map(Number);
    if (seeds.some((seed) => !Number.isSafeInteger(seed) || seed < 0)) {
      throw new Error(`--seed ${values.seed}: expected whole numbers, 0 or more`);
    }
    const named = (list?: string): string[] => (list === undefined ? [] : list.split(','));
    const [only, skip] = [named(values.only), named(values.skip)];
    const unknown = [...only, ...skip].find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
    if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}"; --list names them`);
    return { ...values, seeds, only, skip };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const { seeds, only, skip, short, list } = options();
const chosen = SCENARIOS.filter(
  ({ name, apart, short: quick }) =>
    (only.length > 0 ? only.includes(name) : !apart && (!short || quick)) && !skip.includes(name),
);
if (list) {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  for (const { name, about } of SCENARIOS) console.log(`${name.padEnd(width)}  ${about}`);
  process.exit(0);
}

const width = Math.max(...chosen.map(({ name }) => name.length));
const outcomes: Outcome[] = [];
const before = await holdings();
for (const seed of seeds) {
  console.log(`seed ${seed}`);
  for (const scenario of chosen) {
    const outcome = await runScenario(scenario, { seed, short, before });
    outcomes.push(outcome);
    const { state, name, seconds, text } = outcome;
    const lead = { ok: 'ok  ', failed: 'FAIL', skipped: 'skip' }[state];
    console.log(`${lead}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(5)} s  ${text}`);
    if (state === 'failed') {
      console.log(`      repeat: npm run stress -- --seed ${seed} --only ${name}${short ? ' --short' : ''}`);
    }
  }
}
const number = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
console.log(`\n${number('ok')} passed, ${number('failed')} failed, ${number('skipped')} skipped`);
process.exit(number('failed') === 0 ? 0 : 1);
