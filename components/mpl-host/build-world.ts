/** Makes a world of the kind that its settings name; what only other kinds need is not loaded. */

import { buildLife } from './build-life.js';
import type { Built } from './world.js';
import type { WorldSettings } from './world-messages.js';

/** Throws where a setting cannot be had. */
export async function buildWorld(settings: WorldSettings): Promise<Built> {
  if (settings.sim === 'life') return buildLife(settings);
  return (await import('./build-field.js')).buildField(settings);
}
