/** The numbers of the process: CPU, memory, event loop, garbage. There is one, however many relays it runs. */

import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | null = null;

/** Begins to measure when it is first asked for: watching the event loop costs a little, and cannot be stopped. */
export function processRegistry(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
