/** Who may do what on a relay with keys: from a token, a verb and a channel to what is granted, or the reason why nothing is. */

import type { Log } from '../log.js';
import type { ResolvedOptions } from '../options.js';
import { Buckets } from './buckets.js';
import type { Admission, Verb } from './grant.js';
import { KeyRing } from './key-ring.js';
import type { TokenKey } from './keys.js';
import { matches } from './patterns.js';
import { TokenRefusal } from './token-refusal.js';
import { Verifier } from './verify.js';

const DOES: Record<Verb, string> = { publish: 'publish', subscribe: 'watch', control: 'steer' };

export class Authority {
  readonly #verifier: Verifier;
  readonly #ring: KeyRing;
  readonly #buckets = new Buckets();
  readonly #listeners = new Set<() => void>();

  constructor(keys: readonly TokenKey[], { issuer, audience, clockSkewMs, jwksMs }: ResolvedOptions, log: Log) {
    this.#ring = new KeyRing(keys, { jwksMs, log });
    this.#verifier = new Verifier(this.#ring.keys, { issuer, audience, skew: clockSkewMs });
    this.#ring.onchange = () => {
      this.#verifier.use(this.#ring.keys);
      for (const listener of [...this.#listeners]) listener();
    };
  }

  /** Calls `listener` when keys have changed, until the function returned is called: a right may count no more. */
  onkeys(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks at keys no more. */
  close(): void {
    this.#ring.close();
  }

  /**
   * What whoever shows this token may do with the channel.
   * @param identify is told whose token it is, where the token says so, even if it grants nothing here
   * @throws TokenRefusal with the reason; Refusal where it cannot be known now
   */
  async admit(
    verb: Verb,
    channel: string,
    token: string | undefined,
    identify?: (subject: string) => void,
  ): Promise<Admission> {
    if (token === undefined) {
      throw new TokenRefusal('missing', `this relay asks for a token to ${DOES[verb]}, and none was shown`);
    }
    const grant = await this.#verifier.verify(token);
    if (grant.subject !== undefined) identify?.(grant.subject);
    if (!grant.channels.some((pattern) => matches(pattern, channel))) {
      throw new TokenRefusal('insufficient', 'the token is for other channels');
    }
    if (!grant.can.includes(verb)) {
      throw new TokenRefusal('insufficient', `the token does not grant to ${DOES[verb]} ("can": "${verb}")`);
    }
    const { view, maxBps } = grant;
    const until = this.#verifier.until(grant);
    const rights = {
      control: grant.can.includes('control'),
      ...(view && { view }),
      ...(maxBps !== undefined && { maxBps }),
      ...(until !== undefined && { expires: Math.max(0, until - Date.now()) }),
    };
    return { rights, bucket: maxBps === undefined ? null : this.#buckets.of(grant.holder, maxBps) };
  }

  /**
   * Which channels whoever shows this token may know of: those that it may watch or publish.
   * @throws as `admit`
   */
  async sees(token: string): Promise<(channel: string) => boolean> {
    const { can, channels } = await this.#verifier.verify(token);
    if (!can.includes('subscribe') && !can.includes('publish')) return () => false;
    return (channel) => channels.some((pattern) => matches(pattern, channel));
  }
}

/** The authority of a relay; null where it has no keys, and is open. */
export const authorityOf = (options: ResolvedOptions, log: Log): Authority | null =>
  options.keys === undefined ? null : new Authority(options.keys, options, log);
