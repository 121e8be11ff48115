/** What `mpl stream` hands to the default export of a module: everything that makes channels, bound to a relay. */

import type { batch, effect, signal, untracked } from '@preact/signals-core';
import type { computed } from './cause.js';
import type { every } from './every.js';
import type { publish } from './publish.js';
import type { receive } from './receive.js';

export interface Kit {
  publish: typeof publish;
  receive: typeof receive;
  signal: typeof signal;
  computed: typeof computed;
  effect: typeof effect;
  batch: typeof batch;
  untracked: typeof untracked;
  every: typeof every;
}
