/** What a worker does that helps a world: it is one of the threads that compute it, or it holds a band of it. */
import type { HoldBand } from '../bands/port.js';
import { type Help, help } from '../wasm/threads/help.js';

/**
 * Helps a world, if it was a world that sent this message; false for all other messages. As a thread it returns when no
 * more help is wanted, or when the next message is due.
 *
 * Lets any worker be a helper: have it hand its messages to this, and give `createLife` a `spawn` that makes such workers.
 */
export function helpWorld(message: unknown): boolean {
  const asked = message as Help | HoldBand | null;
  if (asked?.type === 'mpl-help') help(asked);
  // What holds a band is more than most helpers need.
  else if (asked?.type === 'mpl-band') void import('../bands/port.js').then(({ holdBand }) => holdBand(asked.port));
  else return false;
  return true;
}
