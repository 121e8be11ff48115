/** How a source comes to have a channel where several relays are one: they are asked, and it may be another that has it. */

import type { Link } from '../../transport/link/link.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { Tenure } from '../../transport/session/tenure.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import type { Member } from '../cluster/channel-parts.js';
import { Refusal } from './refusal.js';
import { tellTenure, tunnel } from './tunnel.js';

/** What becomes of a source that was let in. */
export interface EntranceOwner {
  /** It has the channel, here. `anew`: nobody else who came to this relay has a claim to it. */
  take(message: PublishMessage, end: ReceiverEnd, anew: boolean): void;
  /** Is there a source, or one that is waited for? */
  sourced(): boolean;
}

export class Entrance {
  /** Of sources whose channel is at another relay. */
  readonly #tunneled = new WeakMap<ReceiverEnd, Tenure>();
  /** Of sources for which the others are being asked: what they said last. */
  readonly #asking = new Map<ReceiverEnd, PublishMessage>();

  constructor(
    /** Null where this relay stands alone. */
    readonly member: Member | null,
    /** How long sources may stay, where they had to show a token. */
    readonly tenures: WeakMap<ReceiverEnd, Tenure>,
    readonly owner: EntranceOwner,
  ) {}

  /** A source that may publish asks for the channel. */
  enter(message: PublishMessage, end: ReceiverEnd, known: boolean): void {
    if (this.member === null || known) this.owner.take(this.#vouched(message), end, false);
    else if (!this.#asking.has(end)) void this.#ask(this.member, message, end);
    // What it was asked for by is what counts for its claim.
    else if (message.claim === this.#asking.get(end)!.claim) this.#asking.set(end, message);
  }

  /** It may stay for longer, or less. */
  renewed(end: ReceiverEnd): void {
    const tenure = this.#tunneled.get(end);
    if (tenure) tellTenure(end.link, tenure);
  }

  async #ask(member: Member, message: PublishMessage, end: ReceiverEnd): Promise<void> {
    this.#asking.set(end, message);
    try {
      const admission = await member.admit(this.#vouched(message));
      const newest = this.#asking.get(end)!;
      if (admission.kind === 'there') this.#sendThere(newest, end, admission.link);
      else if (end.open) this.owner.take(this.#vouched(newest), end, admission.anew);
      else if (!this.owner.sourced()) member.released();
    } catch (error) {
      const code = error instanceof Refusal ? error.code : CLOSE.internal.code;
      end.close(code, (error as Error).message);
    } finally {
      this.#asking.delete(end);
    }
  }

  /** As relays say it among themselves: it has shown its right, and its claim is told to nobody. */
  #vouched({ token: _, ...message }: PublishMessage): PublishMessage {
    return this.member ? { ...message, claim: this.member.hash(message.claim) } : message;
  }

  /** What it says is for another relay; for how long it may is still for this one to say. */
  #sendThere(message: PublishMessage, end: ReceiverEnd, there: Link): void {
    const { link } = end;
    if (!end.open) return there.close();
    const tenure = this.tenures.get(end);
    this.tenures.delete(end);
    tunnel(message, end, there, (said) => this.#vouched(said), tenure);
    if (tenure === undefined) return;
    const { onclose } = link;
    link.onclose = (event) => {
      tenure.stop();
      onclose?.(event);
    };
    this.#tunneled.set(end, tenure);
  }
}
