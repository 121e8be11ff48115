/**
 * How a receiver stands, in a word and with the reason: made of how the channel stands, as the relay tells, and of what its
 * links bring.
 */

import type { ChannelState, StatusMessage } from '../wire/messages.js';
import type { Following } from './following.js';

/**
 * - `idle`: not started, or stopped
 * - `connecting`: no picture yet, and no relay
 * - `waiting`: the relay is there, the source is not
 * - `live`
 * - `reconnecting`: there was a picture; it stays until the link is back
 * - `ended`: by the source, for good
 * - `failed`: refused; trying again by itself is of no use
 */
export type Status = 'idle' | 'connecting' | 'waiting' | 'live' | 'reconnecting' | 'ended' | 'failed';

export class Standing {
  status: Status = 'idle';
  /** Why, in words for a person. */
  reason = '';
  channel: ChannelState = 'waiting';

  constructor(
    readonly following: Following,
    readonly onchange: () => void,
  ) {}

  /** Why nothing will come any more by itself; null where it may. */
  get over(): string | null {
    return this.status === 'failed' || this.status === 'ended' ? this.reason : null;
  }

  /** A frame of state has come. */
  shows(): void {
    // A relay may still fill in what it holds of a source that is away.
    if (this.channel === 'live' || this.following.directly) this.set('live');
  }

  /** The channel stands so. */
  told({ state, reason }: StatusMessage): void {
    this.channel = state;
    if (state === 'ended') this.set('ended', reason ?? 'the source has ended the stream');
    else if (state === 'live') {
      if (this.following.active !== null) this.set('live');
    } else if (!this.following.directly) {
      this.set('waiting', reason ?? (this.#shown ? 'the source is away' : 'the source is not there yet'));
    }
  }

  /** No link is left; another is on its way. */
  waits(reason: string): void {
    if (this.status === 'ended') return;
    this.set(this.#shown ? 'reconnecting' : 'connecting', reason);
  }

  /** Something has come already. */
  get #shown(): boolean {
    const { replica, signals } = this.following;
    return replica.grid !== null || signals.table !== null;
  }

  set(status: Status, reason = ''): void {
    if (status === this.status && reason === this.reason) return;
    this.status = status;
    this.reason = reason;
    this.onchange();
  }
}
