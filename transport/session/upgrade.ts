/**
 * Behind the picture's back: gets a direct link to the source through an introduction, and tries again, ever less often,
 * where that fails.
 */

import type { Link } from '../link/link.js';
import type { IntroduceMessage } from '../wire/messages.js';
import { after, type Timer } from './timer.js';

/** One side of WebRTC that can call the other; made by `link/peer.ts`, loaded only when it is wanted. */
export interface PeerDialer {
  /** Resolves with this side's fresh, random id once signaling is reached. */
  ready(): Promise<string>;
  dial(peer: string): Promise<Link>;
  close(): void;
}

/** A link that was lost, ms; one that could not be had waits longer, ever longer. */
const SOON = 500;
const FIRST_RETRY = 15_000;
const LAST_RETRY = 120_000;
const INTRODUCE_MS = 5_000;

export interface UpgradeOptions {
  dialer: () => Promise<PeerDialer>;
  /** Asks the relay to introduce this peer id to the source. */
  introduce: (message: IntroduceMessage) => void;
  onlink: (link: Link) => void;
  onfail: (reason: string) => void;
}

export class Upgrade {
  #dialer: PeerDialer | null = null;
  #answer: ((message: IntroduceMessage) => void) | null = null;
  #retry: Timer | null = null;
  #wait = FIRST_RETRY;
  #stopped = false;

  constructor(readonly options: UpgradeOptions) {
    void this.#try();
  }

  /** The relay answered. */
  introduced(message: IntroduceMessage): void {
    this.#answer?.(message);
  }

  /** The link that was had is gone: look for another soon. */
  lost(): void {
    this.#later(SOON);
  }

  /** Something has changed for the better: tries at once, if it waits to try again. */
  retryNow(): void {
    if (this.#retry === null) return;
    this.#retry.stop();
    void this.#try();
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.stop();
    this.#dialer?.close();
    this.#dialer = null;
  }

  async #try(): Promise<void> {
    this.#retry = null;
    try {
      const peer = await this.#ready();
      if (this.#stopped) return this.stop();
      const host = await this.#introduction(peer);
      const link = await this.#dialer!.dial(host);
      if (this.#stopped) return link.close();
      this.#wait = FIRST_RETRY;
      this.options.onlink(link);
    } catch (error) {
      if (this.#stopped) return this.stop();
      this.options.onfail((error as Error).message);
      // A dialer that failed may be of no more use; the next try makes a new one, with a new id.
      this.#dialer?.close();
      this.#dialer = null;
      this.#later(this.#wait);
      this.#wait = Math.min(LAST_RETRY, this.#wait * 2);
    }
  }

  /** The id under which this side can call. A dialer that has lost its server is replaced. */
  async #ready(): Promise<string> {
    const known = await this.#dialer?.ready().catch(() => undefined);
    if (known !== undefined) return known;
    this.#dialer?.close();
    this.#dialer = await this.options.dialer();
    return this.#dialer.ready();
  }

  #introduction(peer: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = after(INTRODUCE_MS, () => reject(new Error('the source did not answer an introduction')));
      this.#answer = (message) => {
        timer.stop();
        this.#answer = null;
        if (message.refused === undefined) resolve(message.peer);
        else reject(new Error(message.refused));
      };
      this.options.introduce({ peer });
    });
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    this.#retry?.stop();
    this.#retry = after(ms * (0.75 + Math.random() / 2), () => void this.#try());
  }
}
