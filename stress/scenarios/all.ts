/** Every scenario, in the order in which they are played. */
import type { Scenario } from '../scenario.js';
import { crowds } from './crowds.js';

export const SCENARIOS: readonly Scenario[] = [...crowds];
