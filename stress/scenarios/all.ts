/** Every scenario, in the order in which they are played. */
import type { Scenario } from '../scenario.js';
import { clocks } from './clocks.js';
import { clusters } from './clusters.js';
import { control } from './control.js';
import { crowds } from './crowds.js';
import { desk } from './desk.js';
import { fuzzing } from './fuzz.js';
import { hostile } from './hostile.js';
import { hosts } from './hosts.js';
import { leaks } from './leaks.js';
import { namespaces } from './namespaces.js';
import { networks } from './networks.js';
import { relays } from './relays.js';
import { rights } from './rights.js';
import { slow } from './slow.js';
import { sources } from './sources.js';
import { strangers } from './strangers.js';
import { tenThousand } from './ten-thousand.js';
import { windows } from './windows.js';

export const SCENARIOS: readonly Scenario[] = [
  ...crowds,
  ...slow,
  ...hostile,
  ...strangers,
  ...sources,
  ...hosts,
  ...relays,
  ...networks,
  ...namespaces,
  ...control,
  tenThousand,
  ...desk,
  ...clocks,
  ...leaks,
  ...windows,
  ...rights,
  ...clusters,
  ...fuzzing,
];
