/**
 * Who steers, where one does at a time. The right is lent for a while, and renewed by whatever its holder does; when it ends,
 * whoever asked first has it. Nobody is waited for who has gone.
 */

import type { ControllerInfo, ControlStateMessage } from '../wire/messages.js';
import { nameOf, publicId } from './identity.js';
import { after, type Timer } from './timer.js';

/** Without a sign of life, the right to steer ends after this long, and so does a wish for it; ms. */
export const LEASE_MS = 15_000;
/** Those who ask. */
const MOST = 64;

/** Somebody who steers, or would like to. */
export interface Party {
  /** Public id, dot, secret. */
  session: string;
  name?: string | undefined;
  /** The page that runs the source itself. */
  owner?: boolean;
}

interface Place {
  party: Party;
  /** When it ends, unless it is renewed. */
  until: number;
}

const infoOf = ({ session, name }: Party): ControllerInfo => ({ id: publicId(session), ...(name && { name }) });

export class Lease {
  #holder: Place | null = null;
  /** In the order in which they asked. */
  #asking: Place[] = [];
  #timer: Timer | null = null;
  #told = '';

  /** @param onchange somebody else steers, or asks to: time to tell all receivers. */
  constructor(readonly onchange: () => void) {}

  /** Who steers, and who asks to, as receivers are told. */
  get shown(): Pick<ControlStateMessage, 'controller' | 'asking'> {
    return {
      ...(this.#holder && { controller: infoOf(this.#holder.party) }),
      ...(this.#asking.length > 0 && { asking: this.#asking.map(({ party }) => infoOf(party)) }),
    };
  }

  /** Somebody gives a command. Where nobody steers, it does so from now on. @throws Error where another one does */
  steer(party: Party): void {
    this.#lookAround();
    if (this.#holds(party)) this.#lend(party);
    else if (!party.owner) {
      this.#mustBeFree();
      this.#lend(party);
    }
  }

  /** Has it, if nobody else does, or waits for it. Asked again, it is kept, or the place among those who wait. */
  request(party: Party): void {
    this.#lookAround();
    this.#mustBeItself(party);
    const place = this.#asking.find((one) => one.party.session === party.session);
    if (this.#holder === null || this.#holds(party)) return this.#lend(party);
    if (place !== undefined) Object.assign(place, { party, until: performance.now() + LEASE_MS });
    else if (this.#asking.length >= MOST) throw new Error('too many ask to steer already; try again later');
    else this.#asking.push({ party, until: performance.now() + LEASE_MS });
    this.#settle();
  }

  /** Gives it up, or the wish for it. */
  release(party: Party): void {
    this.#lookAround();
    this.#withdraw(party);
    if (this.#holds(party)) this.#next();
    this.#settle();
  }

  /** Hands it to one of those who ask. `to`: the public id. */
  give(party: Party, to: string): void {
    this.#lookAround();
    if (!this.#holds(party) && !party.owner) throw new Error('only who steers can hand it over');
    const heir = this.#asking.find((one) => publicId(one.party.session) === to);
    if (heir === undefined) throw new Error('nobody of that id asks to steer');
    this.#lend(heir.party);
  }

  /** Has it, if nobody else does; the owner, in any case. */
  take(party: Party): void {
    this.#lookAround();
    this.#mustBeItself(party);
    if (!party.owner && !this.#holds(party)) this.#mustBeFree();
    this.#lend(party);
  }

  /** Nobody steers, and nobody asks to. */
  clear(): void {
    this.#holder = null;
    this.#asking = [];
    this.#settle();
  }

  #holds({ session }: Party): boolean {
    return this.#holder?.party.session === session;
  }

  #mustBeFree(): void {
    if (this.#holder !== null) throw new Error(`${nameOf(infoOf(this.#holder.party))} steers now; ask for it`);
  }

  /** Public ids are no secret: two that have the same are told apart by nobody who hands it over. */
  #mustBeItself({ session }: Party): void {
    const others = [...this.#asking, ...(this.#holder ? [this.#holder] : [])].map(({ party }) => party.session);
    if (others.some((other) => other !== session && publicId(other) === publicId(session)))
      throw new Error('another one goes by the same id');
  }

  #lend(party: Party): void {
    this.#withdraw(party);
    this.#holder = { party, until: performance.now() + LEASE_MS };
    this.#settle();
  }

  #withdraw({ session }: Party): void {
    this.#asking = this.#asking.filter(({ party }) => party.session !== session);
  }

  #next(): void {
    this.#holder = null;
    const heir = this.#asking.shift();
    if (heir !== undefined) this.#holder = { party: heir.party, until: performance.now() + LEASE_MS };
  }

  /** Ends what has run out. */
  #lookAround(): void {
    const now = performance.now();
    this.#asking = this.#asking.filter(({ until }) => until > now);
    if (this.#holder !== null && this.#holder.until <= now) this.#next();
  }

  /** Looks again when the next one runs out, and tells what has changed. */
  #settle(): void {
    this.#timer?.stop();
    const ends = [...this.#asking, ...(this.#holder ? [this.#holder] : [])].map(({ until }) => until);
    this.#timer =
      ends.length === 0
        ? null
        : after(Math.min(...ends) - performance.now(), () => {
            this.#lookAround();
            this.#settle();
          });
    const shown = JSON.stringify(this.shown);
    if (shown === this.#told) return;
    this.#told = shown;
    this.onchange();
  }
}
