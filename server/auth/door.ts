/**
 * The door of a link on a relay with keys: until a right was shown, whoever came by it is no part of the channel, and learns
 * nothing of it. Afterwards it hears of each other token that is shown on the link, and the rights become those.
 *
 * What comes while a token is being verified waits, in its order and within bounds.
 */

import type { Link } from '../../transport/link/link.js';
import { RateLimit } from '../../transport/session/rate.js';
import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { WireError } from '../../transport/wire/errors.js';
import { decodeFrame } from '../../transport/wire/frame.js';
import { publish, subscribe } from '../../transport/wire/session.js';
import { FRAME } from '../../transport/wire/types.js';
import { Refusal } from '../relay/refusal.js';
import type { Admission } from './grant.js';
import { TokenRefusal } from './token-refusal.js';

/** Other tokens a second, on average: each costs a check, and those who hear of the new rights some work. */
const TOKENS = 1;
/** What may wait: a filter with all the names it can have, and the commands of a viewer that comes back. */
const WAITING = { messages: 512, bytes: 128 * 1024 };

const SHOWS = {
  publish: { code: FRAME.Publish.code, decode: publish.decode },
  subscribe: { code: FRAME.SubscribeFilter.code, decode: subscribe.decode },
};

const PASSES = new Set<number>([FRAME.Ack.code, FRAME.Ping.code]);

export interface DoorOptions {
  verb: keyof typeof SHOWS;
  /** Milliseconds that a link has to show a right. */
  helloMs: number;
  /** A token that was shown before the first message. */
  token: string | undefined;
  /** What the token grants. Rejects with the reason if that is nothing. */
  admit(token: string | undefined): Promise<Admission>;
  /** Calls `listener` when a token may grant something else than before, until the function returned is called. */
  onkeys(listener: () => void): () => void;
  /**
   * Takes the link in, with these rights; the function returned is told of other ones. It finds the link as if it had just been opened.
   * @throws Refusal if there is no room
   */
  enter(link: Link, admission: Admission): (admission: Admission) => void;
}

export class Door {
  /** The token whose rights count; undefined as long as none does. */
  #shown: string | undefined;
  #admission: Admission | null = null;
  /** Keys have changed while a token was being verified. */
  #stale = false;
  #renew: ((admission: Admission) => void) | null = null;
  #inner: Link['onmessage'] = null;
  #verifying = false;
  #closed = false;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  readonly #hello: Timer;
  readonly #tokens = new RateLimit(TOKENS, TOKENS * 10);
  readonly #offKeys: () => void;

  constructor(
    readonly link: Link,
    readonly options: DoorOptions,
  ) {
    this.#hello = after(options.helloMs, () => this.#late());
    this.#offKeys = options.onkeys(() => void this.#check());
    link.onmessage = (message) => this.#receive(message);
    link.onclose = () => this.#end();
    if (options.token !== undefined) void this.#verify(options.token);
  }

  #late(): void {
    const shows = this.options.verb === 'publish' ? 'Publish' : 'SubscribeFilter';
    const strange = `nothing came that shows a right (${shows})`;
    this.#refuse(new Refusal(CLOSE.timeout, this.#waiting.length > 0 ? strange : 'no first message'));
  }

  #receive(message: Uint8Array): void {
    if (this.#closed) return;
    // What was sent is acknowledged meanwhile, and the link is known to be alive.
    if (this.#verifying) return this.#inner && PASSES.has(message[0]!) ? this.#inner(message) : this.#wait(message);
    if (message[0] !== SHOWS[this.options.verb].code) {
      // Before a right is shown, only what shows it is of interest.
      return this.#inner === null ? this.#wait(message) : this.#inner(message);
    }
    let token: string | undefined;
    try {
      ({ token } = SHOWS[this.options.verb].decode(decodeFrame(message).payload));
    } catch (error) {
      // Who is in is told so by whoever let it in.
      return this.#inner === null ? this.#refuse(error) : this.#inner(message);
    }
    if (this.#renew !== null && (token === undefined || token === this.#shown)) return this.#inner?.(message);
    if (!this.#tokens.take()) return this.#refuse(new Refusal(CLOSE.tooFast, 'other tokens are shown too often'));
    this.#wait(message);
    if (!this.#closed) void this.#verify(token);
  }

  async #verify(token: string | undefined): Promise<void> {
    this.#verifying = true;
    try {
      const admission = await this.options.admit(token);
      if (this.#closed) return;
      this.#shown = token;
      this.#admission = admission;
      if (this.#renew === null) this.#enter(admission);
      else this.#renew(admission);
    } catch (error) {
      return this.#refuse(error);
    }
    this.#verifying = false;
    if (this.#stale) void this.#check();
    this.#passOn();
  }

  /** Does the token still count, by the keys there are now? */
  async #check(): Promise<void> {
    this.#stale = this.#verifying;
    const shown = this.#shown;
    if (this.#verifying || shown === undefined) return;
    try {
      await this.options.admit(shown);
    } catch (error) {
      // Another may have been shown meanwhile; and where keys cannot be had, nobody knows.
      if (this.#closed || this.#shown !== shown || !(error instanceof TokenRefusal)) return;
      // A source that is reached directly has to hear of it, too.
      const { rights, bucket } = this.#admission!;
      this.#renew?.({ rights: { ...rights, control: false, expires: 0 }, bucket });
      this.#refuse(error);
    }
  }

  #enter(admission: Admission): void {
    const { link } = this;
    this.#hello.stop();
    this.#renew = this.options.enter(link, admission);
    const { onmessage, onclose } = link;
    this.#inner = onmessage;
    link.onmessage = (message) => this.#receive(message);
    link.onclose = (event) => {
      this.#end();
      onclose?.(event);
    };
  }

  /** What waited goes its way; what shows another token makes the rest wait again. */
  #passOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const message of waiting) this.#receive(message);
  }

  #wait(message: Uint8Array): void {
    this.#bytes += message.length;
    this.#waiting.push(message);
    if (this.#waiting.length <= WAITING.messages && this.#bytes <= WAITING.bytes) return;
    this.#refuse(new Refusal(CLOSE.tooFast, 'too much was sent before a right was shown'));
  }

  #refuse(error: unknown): void {
    if (this.#closed) return;
    const said = error instanceof Refusal || error instanceof WireError;
    const { code, message } = said ? error : { code: CLOSE.internal.code, message: CLOSE.internal.meaning };
    this.link.close(code, message);
    this.#end();
  }

  #end(): void {
    this.#closed = true;
    this.#hello.stop();
    this.#offKeys();
    this.#waiting = [];
  }
}
