/** Makes a field as its settings say. */

import { createGrayScott, createLenia, type Field } from '../../sim/index.js';
import type { Built, Stepper } from './world.js';
import type { WorldSettings } from './world-messages.js';

/** Where no grid is asked for. */
const SIDE = 512;

/** Throws where a setting cannot be had. */
export async function buildField({ sim, engine, wrap, density, seed, ...rest }: WorldSettings): Promise<Built> {
  const { pattern } = rest;
  // There is no HashLife of values.
  const best = engine === 'hash' ? 'auto' : engine;
  const options = { width: rest.width || SIDE, height: rest.height || SIDE, engine: best, wrap, rule: rest.rule };
  if (pattern?.text !== undefined || pattern?.file)
    throw new Error(`sim="${sim}" takes no pattern from a file; leave it out`);
  if (sim === 'gray-scott') {
    if (pattern) throw new Error(`sim="gray-scott" has no patterns, and so no "${pattern.name}"; leave it out`);
    const field = await createGrayScott(options);
    if (density > 0) field.seed(seed, density);
    return { world: field, stepper: stepperOf(field), ownRule: 'coral' };
  }
  const field = await createLenia(options);
  if (pattern) field.load(pattern.name);
  else if (density > 0) field.seed(seed, density);
  return { world: field, stepper: stepperOf(field), ownRule: 'orbium' };
}

/** It has no other engine to choose. */
const stepperOf = (field: Field): Stepper => ({ wanted: 0, step: (n) => field.step(n) });
