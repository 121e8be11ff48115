/** Makes a world of the kind that its settings name; what only other kinds need is not loaded. */

import { type BuildOptions, buildLife } from './build-life.js';
import type { Built } from './world.js';
import type { WorldSettings } from './world-messages.js';

/** Rejects where a setting cannot be had. */
export async function buildWorld(settings: WorldSettings, options: BuildOptions): Promise<Built> {
  if (settings.sim === 'life') return buildLife(settings, options);
  return (await import('./build-field.js')).buildField(settings);
}
