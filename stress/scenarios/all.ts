/** Every scenario, in the order in which they are played. */
import type { Scenario } from '../scenario.js';
import { crowds } from './crowds.js';
import { hostile } from './hostile.js';
import { slow } from './slow.js';

export const SCENARIOS: readonly Scenario[] = [...crowds, ...slow, ...hostile];
