/**
 * Whether one receiver can have a direct link to its source, and why it has none. Where it can, one is sought (`upgrade.ts`).
 * What goes over it, and whether it is followed, is not known here.
 */

import type { Link } from '../link/link.js';
import type { IntroduceMessage, WelcomeMessage } from '../wire/messages.js';
import type { Transport } from './following.js';
import { type PeerDialer, Upgrade } from './upgrade.js';

export interface DirectOwner {
  /** Asks the relay to introduce this side to the source. */
  introduce(message: IntroduceMessage): void;
  opened(link: Link): void;
  /** There is none for now; `failed` if one was sought. The reason is said. */
  none(failed: boolean): void;
}

export class Direct {
  /** Why there is no direct link; empty where there is one, or none could be. */
  reason = '';
  #upgrade: Upgrade | null = null;
  #peers = false;
  #live = false;

  /** @param dialer none: a direct link is not for this receiver */
  constructor(
    readonly dialer: (() => Promise<PeerDialer>) | undefined,
    readonly owner: DirectOwner,
  ) {}

  /** The relay has told how the source stands. */
  told({ peers = false, state }: WelcomeMessage): void {
    // A source that was away is back.
    if (peers && !this.#peers) this.#upgrade?.retryNow();
    this.#peers = peers;
    this.#live = state === 'live';
  }

  /** The relay has answered a request for an introduction. */
  introduced(message: IntroduceMessage): void {
    this.#upgrade?.introduced(message);
  }

  /** Seeks one, if it is wanted and can be had, unless it is being sought. */
  seek(transport: Transport): void {
    const { dialer, owner } = this;
    if (dialer === undefined) return;
    if (transport === 'relay') this.reason = 'the relay was asked for';
    else if (!this.#peers) {
      this.reason = this.#live ? 'the source takes no direct viewers' : '';
      if (this.#live) owner.none(false);
    } else if (this.#upgrade === null) {
      this.reason = 'a direct link is being sought';
      this.#upgrade = new Upgrade({
        dialer,
        introduce: (message) => owner.introduce(message),
        onlink: (link) => owner.opened(link),
        onfail: (reason) => {
          this.reason = reason;
          owner.none(true);
        },
      });
    }
  }

  /** The one that there was is gone: seeks another soon, where it sought that one. */
  lost(reason: string): void {
    this.reason = reason;
    this.#upgrade?.lost();
  }

  stop(): void {
    this.#upgrade?.stop();
    this.#upgrade = null;
  }
}
