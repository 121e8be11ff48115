/**
 * `npm run soak -- [--minutes 60] [--seed N]`: every engine at full speed, of one thread and of several, and worlds that get
 * another one when that pays; with edits, other rules, files and snapshots by chance. Ends with an error where two engines
 * differ or memory grows. What was done is repeated by the seed (but where the machine chooses an engine, it chooses anew).
 */

import { parseArgs } from 'node:util';
import { soak } from './soak/soak.js';

function options(): { minutes: number; seed: number } {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
    const minutes = Number(values.minutes ?? 60);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
    if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: expected a number above 0`);
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new Error(`--seed ${values.seed}: expected a whole number, 0 or more`);
    return { minutes, seed };
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run soak -- [--minutes 60] [--seed N]`);
    process.exit(2);
  }
}

const { minutes, seed } = options();
console.log(`seed ${seed}, ${minutes} min`);
try {
  const { generations, comparisons } = await soak({ seconds: minutes * 60, seed, say: console.log });
  console.log(`ok: ${generations} generations on each engine, ${comparisons} comparisons, and memory has not grown`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
