/** All channels that the relay itself is a source of, because somebody posts to them. */

import { after, type Timer } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { signalText } from '../../transport/wire/signal-value.js';
import { AddressCount } from '../address-rate.js';
import type { Tally } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import type { Channel } from './channel.js';
import { checkSignals, type Posted, PostedSource, type SignalValues } from './posted-source.js';
import { Refusal } from './refusal.js';

interface Lease {
  source: PostedSource;
  /** Ends it when nothing comes any more. */
  timer: Timer | null;
  /** As counted in the sum of all. */
  bytes: number;
  /** Who posted first. */
  address: string;
}

/** What is posted to a channel, to be kept elsewhere. */
export interface KeptPosts {
  values: Record<string, unknown>;
  merge: boolean;
  /** Who posted first, and whose it counts for. */
  address: string;
}

/** Where signals are posted to. */
export interface Posts {
  /**
   * Sets these signals of a channel, all or none; others stay. Resolves when the channel holds them.
   * @param address of whoever posts
   * @throws SignalError for what cannot be a signal, Refusal where the channel or the relay does not take it
   */
  post(name: string, values: Record<string, unknown>, merge: boolean, address: string): Promise<Posted>;
  /** Ends what was posted to a channel; false where nothing was. */
  end(name: string): Promise<boolean>;
  close(): void;
}

export class PostedSignals implements Posts {
  readonly #leases = new Map<string, Lease>();
  /** By channel, what was asked for last: requests for one channel are done one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Channels that each address posts to, and that were not posted to before. */
  readonly #ofAddress: AddressCount;
  #bytes = 0;
  #closed = false;
  /** What is posted to this channel is otherwise now, or is to last for longer; or was ended. Not when the relay closes. */
  onchange: (name: string) => void = () => {};

  constructor(
    readonly options: ResolvedOptions,
    /** The channel of this name. @throws Refusal where there are too many */
    readonly channelOf: (name: string) => Channel,
    readonly tally: Tally,
  ) {
    this.#ofAddress = new AddressCount(options.addressChannels);
  }

  async post(name: string, values: Record<string, unknown>, merge: boolean, address: string): Promise<Posted> {
    const checked = checkSignals(values);
    return this.#inTurn(name, () => this.#post(name, checked, merge, address));
  }

  end(name: string): Promise<boolean> {
    return this.#inTurn(name, async () => {
      const lease = this.#leases.get(name);
      if (lease === undefined) return false;
      const { channel } = lease.source;
      await lease.source.end();
      channel.forgetSignals();
      return true;
    });
  }

  /** What is posted to this channel here; null where nothing is. */
  kept(name: string): KeptPosts | null {
    const lease = this.#leases.get(name);
    return lease ? { values: lease.source.values, merge: lease.source.merge, address: lease.address } : null;
  }

  /** Is anything posted to this channel here? */
  has(name: string): boolean {
    return this.#leases.has(name);
  }

  /** The same was posted at another relay, which has gone; nothing is done where something is posted here. */
  async restore(name: string, { values, merge, address }: KeptPosts): Promise<void> {
    const checked = checkSignals(values);
    await this.#inTurn(name, async () => {
      if (!this.#leases.has(name)) await this.#post(name, checked, merge, address);
    });
  }

  close(): void {
    this.#closed = true;
    for (const { source, timer } of [...this.#leases.values()]) {
      timer?.stop();
      source.close('the relay is closing');
    }
  }

  async #post(name: string, values: SignalValues, merge: boolean, address: string): Promise<Posted> {
    if (this.#closed) throw new Refusal(CLOSE.tryLater, 'the relay is closing');
    // Each is held twice: as posted, and by the channel.
    let more = 0;
    for (const [signal, value] of values) more += signal.length + signalText(value).length;
    if (2 * (this.#bytes + more) > this.options.replicasBytes) {
      this.tally.refusals.add('signals');
      throw new Refusal(CLOSE.tryLater, 'the relay holds as many signals as it takes; try again later');
    }
    // What there is stays for longer by it; where there is nothing, nothing begins.
    if (values.length === 0 && !this.#leases.has(name)) return { version: 0, changed: [] };
    const lease = this.#leases.get(name) ?? this.#begin(name, address);
    lease.timer?.stop();
    try {
      return await lease.source.post(values, merge);
    } finally {
      if (this.#leases.get(name) === lease) {
        const source = lease.source;
        lease.timer = after(this.options.postedMs, () => source.close('nothing was posted for a while'));
        this.#count(lease, source.bytes);
        this.onchange(name);
      }
    }
  }

  #begin(name: string, address: string): Lease {
    if (!this.#ofAddress.enter(address)) {
      this.tally.refusals.add('channels');
      throw new Refusal(CLOSE.tryLater, 'this address posts to as many channels as one may');
    }
    const source = new PostedSource(this.channelOf(name), this.options.publishToken, (code) => {
      lease.timer?.stop();
      this.#count(lease, 0);
      if (this.#leases.delete(name)) this.#ofAddress.leave(address);
      if (code === CLOSE.normal.code && !this.#closed) this.onchange(name);
    });
    const lease: Lease = { source, timer: null, bytes: 0, address };
    this.#leases.set(name, lease);
    return lease;
  }

  #count(lease: Lease, bytes: number): void {
    this.#bytes += bytes - lease.bytes;
    lease.bytes = bytes;
  }

  #inTurn<T>(name: string, run: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(run, run);
    this.#turns.set(name, turn);
    const done = (): void => {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    };
    turn.then(done, done);
    return turn;
  }
}
