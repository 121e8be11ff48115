/**
 * A source whose channel nobody watches may rest, and what is derived from it too: what the relay holds of it is then old.
 * Whoever asks for its signals once watches for a moment, so that the source says what they are now.
 */

import { memoryLinks } from '../../../transport/index.js';
import { ReceiverEnd } from '../../../transport/session/receiver-end.js';
import { after } from '../../../transport/session/timer.js';
import type { Channel } from '../../relay/channel.js';
import type { Hub } from '../../relay/hub.js';
import { Refusal } from '../../relay/refusal.js';

/** The source has so long to answer, ms. */
const ANSWER = 2_000;

interface Watch {
  end: ReceiverEnd;
  /** Ends the waiting of each request that needs it. */
  askers: Set<() => void>;
}

export class Wake {
  readonly #watches = new Map<Channel, Watch>();

  constructor(readonly hub: Hub) {}

  /** Resolves when what is held of this channel is what its source has now, or the source took too long to say. */
  async wake(channel: Channel): Promise<void> {
    if (channel.isCurrent) return;
    const over = new AbortController();
    const give = (): void => over.abort();
    const late = after(ANSWER, give);
    try {
      this.#watch(channel, give);
      await channel.current(over.signal);
    } finally {
      late.stop();
      give();
      this.#leave(channel, give);
    }
  }

  /** One viewer watches for all who ask meanwhile. */
  #watch(channel: Channel, asker: () => void): void {
    const watch = this.#watches.get(channel);
    if (watch) return void watch.askers.add(asker);
    const [near, far] = memoryLinks();
    try {
      this.hub.watch(near, channel.name);
    } catch (error) {
      // With so many viewers it does not rest.
      if (error instanceof Refusal) return channel.checkIdle();
      throw error;
    }
    const end = new ReceiverEnd(far, {
      tiles: () => {},
      closed: () => {
        for (const give of askers) give();
        this.#watches.delete(channel);
      },
    });
    const askers = new Set([asker]);
    this.#watches.set(channel, { end, askers });
    // No signal by name: only that somebody is there.
    end.subscribe({ grid: false, signals: { select: [] } });
  }

  #leave(channel: Channel, asker: () => void): void {
    const watch = this.#watches.get(channel);
    if (!watch?.askers.delete(asker) || watch.askers.size > 0) return;
    this.#watches.delete(channel);
    watch.end.close();
  }
}
