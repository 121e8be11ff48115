/**
 * A source whose channel nobody watches may rest, and what is derived from it too: what the relay holds of it is then old.
 * Whoever asks for its signals once watches for a moment, so that the source says what they are now.
 */

import { memoryLinks } from '../../../transport/index.js';
import { ReceiverEnd } from '../../../transport/session/receiver-end.js';
import type { Channel } from '../../relay/channel.js';
import type { Hub } from '../../relay/hub.js';
import { Refusal } from '../../relay/refusal.js';

/** The source has so long to answer, ms. */
const ANSWER = 2_000;
/** What it had is told with its answer; ms for all of it to come. */
const SETTLE = 20;
/** Signals that are derived from others follow when those have woken in their turn; ms. */
const SETTLE_DERIVED = 300;

export class Wake {
  readonly #waking = new Map<string, Promise<void>>();

  constructor(readonly hub: Hub) {}

  /** Resolves when what is held of this channel is what its source has now, or the source took too long to say. */
  async wake(channel: Channel): Promise<void> {
    const left = settlesIn(channel);
    if (left !== null && left <= 0) return;
    const { name } = channel;
    let waking = this.#waking.get(name);
    if (waking === undefined) {
      waking = this.#watch(channel).finally(() => this.#waking.delete(name));
      this.#waking.set(name, waking);
    }
    await waking;
  }

  async #watch(channel: Channel): Promise<void> {
    const [near, far] = memoryLinks();
    try {
      this.hub.watch(near, channel.name);
    } catch (error) {
      // With so many viewers it does not rest.
      if (error instanceof Refusal) return channel.checkIdle();
      throw error;
    }
    const end = new ReceiverEnd(far, { tiles: () => {} });
    let stop = (): void => {};
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, ANSWER);
      let settling: NodeJS.Timeout | undefined;
      const settle = (): void => {
        const left = settlesIn(channel);
        if (left !== null) settling ??= setTimeout(resolve, left);
      };
      const off = channel.onAnnounced(settle);
      // Somebody else may have woken it a moment ago.
      settle();
      near.onclose = ((before) => (event) => {
        before?.(event);
        resolve();
      })(near.onclose);
      stop = () => {
        clearTimeout(limit);
        clearTimeout(settling);
        off();
      };
      // No signal by name: only that somebody is there.
      end.subscribe({ grid: false, signals: { select: [] } });
    });
    stop();
    end.close();
  }
}

/** Milliseconds until what is held is what the source has now; null as long as it has not answered to being watched. */
function settlesIn(channel: Channel): number | null {
  const { awakeSince, signals } = channel;
  if (awakeSince === null) return null;
  return awakeSince + (signals?.hops ? SETTLE_DERIVED : SETTLE) - performance.now();
}
