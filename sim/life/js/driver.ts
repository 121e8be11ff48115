/** Who computes a world in plain TypeScript, by a kernel made for the rule. */
import type { Rule } from '../../rule/rule.js';
import type { Driver } from '../blocks/driver.js';
import { nextSky } from '../blocks/sky.js';
import { diff, population } from './look.js';
import type { JsMemory } from './memory.js';
import { blockFor, linkAll, sweep } from './pool.js';
import { kernelFor } from './rules.js';
import { dead, flip } from './sky.js';
import { Stepper } from './step.js';
import { wake, wakeAll, wakeBorder } from './wake.js';

/** Words from a plane of a block to its next one. */
const PLANE_WORDS = 256;

/** @throws RuleError for rules that look further than one cell. */
export function makeDriver(memory: JsMemory, rule: Rule, sky: number): Driver {
  const stepper = new Stepper(memory, kernelFor(rule, PLANE_WORDS, sky, nextSky(rule, sky)));
  return {
    step: (parity) => {
      stepper.step(parity);
      return memory.full ? 0 : 1;
    },
    blockFor: (bx, by) => blockFor(memory, bx, by),
    wake: (slot) => wake(memory, slot),
    wakeAll: () => wakeAll(memory),
    wakeBorder: () => wakeBorder(memory),
    linkAll: () => linkAll(memory),
    sweep: () => sweep(memory),
    diff: (parity) => diff(memory, parity),
    flip: (first, last, by) => flip(memory, first, last, by),
    population: (parity) => population(memory, parity),
    dead: (parity, state) => dead(memory, parity, state),
  };
}
