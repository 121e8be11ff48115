/**
 * The replicas of one receiver, the two links that may feed them, and which of them does.
 *
 * The base link feeds them until the direct one has a frame that fits; when that is gone, the base goes on. Each change of
 * link is nothing but a new subscription: only what changed since the replica was last whole is sent. How links are had, and
 * when they are given up, is not known here.
 */

import type { Frame } from '../wire/frame.js';
import type { GridTiles } from '../wire/grid.js';
import type { TileWindow } from '../wire/messages.js';
import type { SignalUpdate } from '../wire/signals.js';
import { AtMost } from './at-most.js';
import type { ReceiverEnd } from './receiver-end.js';
import { Replica, type Taken } from './replica.js';
import { SignalReplica, type TakenSignals } from './signal-replica.js';
import type { Wants } from './wants.js';

/** `auto`: direct where possible; `p2p`: no state over the relay; `relay`: nothing else. */
export type Transport = 'auto' | 'p2p' | 'relay';

/** Between two changes of the filter that are told, ms: a picture is panned sixty times a second. */
const TUNE = 200;

/** What happens to the replicas. */
export interface FollowingOwner {
  /** The replica has changed. */
  took(taken: Exclude<Taken, { kind: 'stale' }>, frame: Frame): void;
  /** The signals have changed. */
  tookSignals(taken: Extract<TakenSignals, { names: unknown }>, frame: Frame): void;
  /** There are other signals, or their origin is another. */
  schema(): void;
}

export class Following {
  readonly replica = new Replica();
  readonly signals = new SignalReplica();
  base: ReceiverEnd | null = null;
  direct: ReceiverEnd | null = null;
  /** The one of them whose frames the replicas follow. */
  active: ReceiverEnd | null = null;
  /** Takings over, either way. */
  switches = 0;
  /** Frames that did not fit, and were asked for anew. */
  stale = 0;

  #standby = false;
  /** Other signals were asked for, and have not come: nothing held says what of them is lacking. */
  #anew = false;
  readonly #tuning = new AtMost(TUNE, () => {
    const filter = () => this.wants.filter;
    for (const end of [this.direct, this.base]) if (end && !end.standby) end.update(filter);
  });

  constructor(
    readonly wants: Wants,
    public transport: Transport,
    readonly owner: FollowingOwner,
    /** Another link is followed. */
    readonly ontakeover: () => void,
  ) {}

  /** Does the direct link feed the replicas? */
  get directly(): boolean {
    return this.direct !== null && this.active === this.direct;
  }

  /** The end that commands go to. */
  get end(): ReceiverEnd | null {
    return this.active ?? this.base;
  }

  get standby(): boolean {
    return this.#standby;
  }

  /** Asks for no state for a while, or for what changed since. */
  set standby(standby: boolean) {
    this.#standby = standby;
    this.#subscribeAll();
  }

  /** Is no state asked for, over either link? */
  get #rests(): boolean {
    return this.#standby && !this.wants.wider;
  }

  /** The filter is another: says so, now or as soon as it may again. */
  tune(): void {
    this.#tuning.ask();
  }

  /** Asks for other signals. A sender hears five subscriptions a second, on average. */
  select(select: Wants['select']): void {
    this.wants.select = select;
    this.#anew = true;
    // What is on its way was chosen by the old names.
    if (this.active) this.active.lost = true;
    if (!this.#rests) this.#subscribeAll();
  }

  /** Fetches these tiles, too, even on standby, until the function returned is called. */
  widen(tiles: TileWindow | null): () => void {
    const change = (run: () => void): void => {
      const rested = this.#rests;
      run();
      if (this.#rests !== rested) this.#subscribeAll();
      else this.tune();
    };
    let release = (): void => {};
    change(() => {
      release = this.wants.widen(tiles);
    });
    return () => change(release);
  }

  /** Lets go of both links; returns them. The replicas stay. */
  leave(): (ReceiverEnd | null)[] {
    this.#tuning.stop();
    const ends = [this.direct, this.base];
    this.direct = this.base = this.active = null;
    return ends;
  }

  /** The base carries the picture, unless a direct link does, or nothing else is wanted. */
  subscribeBase(): void {
    this.#subscribe(this.base, this.#rests || this.directly || this.transport === 'p2p');
  }

  subscribeDirect(): void {
    this.#subscribe(this.direct, this.#rests);
  }

  #subscribeAll(): void {
    this.subscribeDirect();
    if (!this.directly) this.subscribeBase();
  }

  #subscribe(end: ReceiverEnd | null, standby = false): void {
    // The replica may have followed another link meanwhile, or other signals be wanted: what is on its way here was made for
    // a state long gone.
    if (end !== null && (end !== this.active || this.#anew)) end.lost = true;
    if (standby) return end?.subscribe({ standby });
    const { resume, grid } = this.replica;
    const { signals, ...filter } = this.wants.filter;
    const held = this.#anew ? undefined : this.signals.resume;
    end?.subscribe(
      {
        ...filter,
        ...(resume && { resume }),
        ...(signals && { signals: { ...signals, ...(held && { resume: held }) } }),
      },
      grid,
    );
  }

  /** Names of signals came over this link. */
  announced(end: ReceiverEnd): void {
    // Of another link they count with its first frame, and so they do where other signals were asked for.
    const counts = this.#follows(end) && !this.#anew && this.active === end;
    if (counts && this.signals.announced(end)) this.owner.schema();
  }

  tookTiles(tiles: GridTiles, frame: Frame, end: ReceiverEnd): void {
    if (!this.#follows(end)) return;
    const taken = this.replica.take(tiles, end);
    if (taken.kind === 'stale') return this.#askAgain(end);
    const before = this.active;
    this.active = end;
    // What another was told of the grid before is true no more.
    if (taken.kind === 'replaced' && end === this.base) this.subscribeDirect();
    this.owner.took(taken, frame);
    this.#tookOver(end, before);
  }

  tookSignals(update: SignalUpdate, frame: Frame, end: ReceiverEnd): void {
    if (!this.#follows(end)) return;
    const taken = this.signals.take(update, end);
    if (taken.kind === 'behind') return;
    if (taken.kind === 'stale') return this.#askAgain(end);
    if (update.full) this.#anew = false;
    const before = this.active;
    this.active = end;
    this.owner.tookSignals(taken, frame);
    this.#tookOver(end, before);
  }

  /** Two ends may speak at once while one takes over: the direct one wins, as soon as it makes sense. */
  #follows(end: ReceiverEnd): boolean {
    return !end.lost && (!this.directly || end === this.direct);
  }

  /** What came by the other link was newer: asks again from there, and passes over what is still on its way. */
  #askAgain(end: ReceiverEnd): void {
    this.stale++;
    end.lost = true;
    this.#subscribe(end);
  }

  #tookOver(end: ReceiverEnd, before: ReceiverEnd | null): void {
    if (before === end) return;
    if (before !== null) this.switches++;
    if (this.directly) this.subscribeBase();
    this.ontakeover();
  }
}
