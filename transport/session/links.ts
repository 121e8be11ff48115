/**
 * The links of one receiver, and which of them feeds its replica.
 *
 * The base link carries the session, and the picture until something better is there. A direct link is sought behind its
 * back and takes over with its first frame that fits; when it dies, the base goes on. Each change of link is nothing but a
 * new subscription: only what changed since the replica was last whole is sent.
 */

import type { Link, LinkClose } from '../link/link.js';
import { CLOSE, closeCode } from '../wire/codes.js';
import type { Frame } from '../wire/frame.js';
import type { GridTiles } from '../wire/grid.js';
import type { TileWindow, WelcomeMessage } from '../wire/messages.js';
import type { SignalUpdate } from '../wire/signals.js';
import { AtMost } from './at-most.js';
import { ReceiverEnd, type ReceiverHandlers } from './receiver-end.js';
import { Redial } from './redial.js';
import { Replica, type Taken } from './replica.js';
import { SignalReplica, type TakenSignals } from './signal-replica.js';
import { every, type Timer } from './timer.js';
import { type TokenSource, Tokens } from './tokens.js';
import { type PeerDialer, Upgrade } from './upgrade.js';
import type { Wants } from './wants.js';

export type Transport = 'auto' | 'p2p' | 'relay';

/** A direct link that is silent this long is dead, whatever it says; ms. Its source speaks every 250. */
const PEER_SILENT = 1_000;
const SOCKET_SILENT = 30_000;
const CHECK = 250;
/** Between two changes of the filter that are told, ms: a picture is panned sixty times a second. */
const TUNE = 200;

export interface LinksOptions {
  connect: () => Promise<Link>;
  dialer?: (() => Promise<PeerDialer>) | undefined;
  transport: Transport;
  readonly wants: Wants;
  /** Who this is, over all links. */
  identity: ReceiverEnd['identity'];
  /** The right to watch, shown to the base. */
  token: TokenSource | undefined;
}

/** What the links tell their receiver. */
export interface LinksOwner extends Pick<ReceiverHandlers, 'status' | 'controlState' | 'reply' | 'ended' | 'bad'> {
  /** The replica has changed. */
  took(taken: Exclude<Taken, { kind: 'stale' }>, frame: Frame): void;
  /** The signals have changed. */
  tookSignals(taken: Extract<TakenSignals, { names: unknown }>, frame: Frame): void;
  /** There are other signals, or their origin is another. */
  schema(): void;
  welcome(message: WelcomeMessage): void;
  /** Commands go elsewhere now: to `Links.end`. */
  moved(): void;
  /** Another link is in use, or none, or there is news of why. */
  changed(): void;
  /** The links that are wanted cannot be had as things stand. */
  blocked(reason: string): void;
  /** No link is left that feeds the replica. `retry` is false where coming back is of no use. */
  lost(reason: string, retry: boolean): void;
}

export class Links {
  readonly replica = new Replica();
  readonly signals = new SignalReplica();
  /** The end whose frames the replica follows. */
  active: ReceiverEnd | null = null;
  /** Why there is no direct link; empty where there is one, or none could be. */
  reason = '';
  /** Takings over, either way. */
  switches = 0;
  /** Frames that did not fit, and were asked for anew. */
  stale = 0;

  readonly tokens: Tokens;
  readonly redial = new Redial({
    connect: async () => {
      await this.tokens.ask();
      return this.options.connect();
    },
    opened: (link) => {
      this.#base = this.#end(link);
      // A source that is reached directly was told by the relay.
      this.#base.token = this.tokens.current;
      this.#subscribeBase();
      this.owner.moved();
    },
    // As long as a direct link carries the picture, losing the relay is no news for anyone who watches.
    waits: (reason) => this.active === null && this.owner.lost(reason, true),
  });
  readonly #tuning = new AtMost(TUNE, () => {
    const filter = () => this.options.wants.filter;
    for (const end of [this.#direct, this.#base]) if (end && !end.standby) end.update(filter);
  });
  #base: ReceiverEnd | null = null;
  #direct: ReceiverEnd | null = null;
  #upgrade: Upgrade | null = null;
  #peers = false;
  #live = false;
  #watch: Timer | null = null;
  #standby = false;
  /** Other signals were asked for, and have not come: nothing held says what of them is lacking. */
  #anew = false;
  /** Why the base may not come back; empty where it may. */
  #refused = '';
  /** It was for want of a token that counts. */
  #unauthorized = false;
  #checkedAt = 0;
  #pastBytes = 0;

  constructor(
    readonly options: LinksOptions,
    readonly owner: LinksOwner,
  ) {
    this.tokens = new Tokens(options.token, () => this.#showToken());
  }

  /** The end that commands go to. */
  get end(): ReceiverEnd | null {
    return this.active ?? this.#base;
  }

  get bytes(): number {
    return this.#pastBytes + (this.#base?.bytes ?? 0) + (this.#direct?.bytes ?? 0);
  }

  /** Does a direct link feed the replica? */
  get direct(): boolean {
    return this.#direct !== null && this.active === this.#direct;
  }

  get standby(): boolean {
    return this.#standby;
  }

  open(): void {
    this.#refused = '';
    this.#checkedAt = performance.now();
    this.#watch ??= every(CHECK, () => this.#checkSilence());
    void this.redial.dial();
  }

  close(): void {
    this.redial.stop();
    this.tokens.rest();
    this.#unauthorized = false;
    this.#tuning.stop();
    this.#watch?.stop();
    this.#watch = null;
    this.#upgrade?.stop();
    this.#upgrade = null;
    const ends = [this.#direct, this.#base];
    this.#direct = this.#base = this.active = null;
    for (const end of ends) {
      this.#pastBytes += end?.bytes ?? 0;
      end?.close();
    }
    this.owner.moved();
  }

  setTransport(transport: Transport): void {
    this.options.transport = transport;
    this.#upgrade?.stop();
    this.#upgrade = null;
    this.#dropDirect('');
    this.#subscribeBase();
    if (this.#base !== null) this.#seekDirect();
  }

  /** The filter is another: says so, now or as soon as it may again. */
  tune(): void {
    this.#tuning.ask();
  }

  /** Asks for other signals. A sender hears five subscriptions a second, on average. */
  setSelect(select: Wants['select']): void {
    this.options.wants.select = select;
    this.#anew = true;
    // What is on its way was chosen by the old names.
    if (this.active) this.active.lost = true;
    if (!this.#rests) this.#subscribeAll();
  }

  /** Another token: the rights become its, and nothing else changes. */
  #showToken(): void {
    const end = this.#base;
    if (end === null) {
      if (!this.#unauthorized) return;
      this.#unauthorized = false;
      this.#refused = '';
      if (this.active === null) this.owner.lost('another token is tried', true);
      return void this.redial.dial();
    }
    end.token = this.tokens.current;
    end.update(() => (end.standby ? { standby: true } : this.options.wants.filter));
  }

  /** Asks for no state for a while, or for what changed since. */
  setStandby(standby: boolean): void {
    this.#standby = standby;
    this.#subscribeAll();
  }

  /** Fetches these tiles, too, even on standby, until the function returned is called. */
  widen(tiles: TileWindow | null): () => void {
    const { wants } = this.options;
    const change = (run: () => void): void => {
      const rested = this.#rests;
      run();
      if (this.#rests !== rested) this.#subscribeAll();
      else this.tune();
    };
    let release = (): void => {};
    change(() => {
      release = wants.widen(tiles);
    });
    return () => change(release);
  }

  get #rests(): boolean {
    return this.#standby && !this.options.wants.wider;
  }

  #end(link: Link): ReceiverEnd {
    const { owner } = this;
    const made = new ReceiverEnd(link, {
      tiles: (tiles, frame, _, end) => this.#tiles(tiles, frame, end),
      schema: (end) => {
        // Of another link it counts with its first frame, and so it does where other signals were asked for.
        const counts = this.#follows(end) && !this.#anew && this.active === end;
        if (counts && this.signals.announced(end)) owner.schema();
      },
      signals: (update, frame, _, end) => this.#signals(update, frame, end),
      welcome: (message, end) => this.#welcome(message, end),
      introduce: (message) => this.#upgrade?.introduced(message),
      closed: (event, end) => this.#closed(event, end),
      status: (message, end) => owner.status?.(message, end),
      // Of two links that tell how the source stands, one is late.
      controlState: (message, end) => end === this.end && owner.controlState?.(message, end),
      reply: (message, end) => owner.reply?.(message, end),
      ended: (end) => owner.ended?.(end),
      bad: (error, end) => owner.bad?.(error, end),
    });
    made.identity = this.options.identity;
    return made;
  }

  #subscribeAll(): void {
    this.#subscribe(this.#direct, this.#rests);
    if (!this.direct) this.#subscribeBase();
  }

  /** The base carries the picture, unless a direct link does, or nothing else is wanted. */
  #subscribeBase(): void {
    const idle = this.#rests || this.direct || this.options.transport === 'p2p';
    this.#subscribe(this.#base, idle);
  }

  #subscribe(end: ReceiverEnd | null, standby = false): void {
    // The replica may have followed another link meanwhile, or other signals be wanted: what is on its way here was made for
    // a state long gone.
    if (end !== null && (end !== this.active || this.#anew)) end.lost = true;
    if (standby) return end?.subscribe({ standby });
    const { resume, grid } = this.replica;
    const { signals, ...filter } = this.options.wants.filter;
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

  #welcome(message: WelcomeMessage, end: ReceiverEnd): void {
    if (end !== this.#base) return;
    const { peers = false, rights } = message;
    this.tokens.lasts(rights?.expires);
    // A source that was away is back.
    if (peers && !this.#peers && this.#direct === null) this.#upgrade?.retryNow();
    this.#peers = peers;
    this.#live = message.state === 'live';
    // Signals come when they change; until then, too, this is the link.
    if (!this.options.wants.grid && this.options.transport !== 'p2p') this.active ??= end;
    this.owner.welcome(message);
    this.#seekDirect();
  }

  #tiles(tiles: GridTiles, frame: Frame, end: ReceiverEnd): void {
    if (!this.#follows(end)) return;
    const taken = this.replica.take(tiles, end);
    if (taken.kind === 'stale') return this.#askAgain(end);
    const before = this.active;
    this.active = end;
    // What another was told of the grid before is true no more.
    if (taken.kind === 'replaced' && end === this.#base) this.#subscribe(this.#direct, this.#rests);
    this.owner.took(taken, frame);
    this.#tookOver(end, before);
  }

  #signals(update: SignalUpdate, frame: Frame, end: ReceiverEnd): void {
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
    return !end.lost && (!this.direct || end === this.#direct);
  }

  /** What came by the other link was newer: asks again from there, and passes over what is still on its way. */
  #askAgain(end: ReceiverEnd): void {
    this.stale++;
    end.lost = true;
    this.#subscribe(end);
  }

  #tookOver(end: ReceiverEnd, before: ReceiverEnd | null): void {
    if (before === end) return;
    this.owner.moved();
    if (before !== null) this.switches++;
    if (this.direct) {
      this.reason = '';
      this.#subscribe(this.#base, true);
    }
    this.owner.changed();
  }

  #seekDirect(): void {
    const { dialer, transport } = this.options;
    if (dialer === undefined || this.#direct !== null) return;
    if (transport === 'relay') this.reason = 'the relay was asked for';
    else if (!this.#peers) {
      this.reason = this.#live ? 'the source takes no direct viewers' : '';
      if (transport === 'p2p' && this.#live && this.active === null) this.owner.blocked(this.reason);
    } else if (this.#upgrade === null) {
      this.reason = 'a direct link is being sought';
      this.#upgrade = new Upgrade({
        dialer,
        introduce: (message) => this.#base?.introduce(message),
        onlink: (link) => {
          this.#direct = this.#end(link);
          this.#subscribe(this.#direct, this.#rests);
        },
        onfail: (reason) => {
          this.reason = reason;
          if (transport === 'p2p' && this.active === null) this.owner.lost(reason, true);
          this.owner.changed();
        },
      });
    }
  }

  #closed(event: LinkClose, end: ReceiverEnd): void {
    const { meaning, ...known } = closeCode(event.code);
    const reason = event.reason || meaning;
    if (end === this.#direct) return this.#dropDirect(reason);
    if (end !== this.#base) return;
    this.#pastBytes += end.bytes;
    this.#base = null;
    this.tokens.rest();
    const retry = known.retry || (event.code === CLOSE.unauthorized.code && this.tokens.refused());
    if (this.active === end) this.active = null;
    this.owner.moved();
    this.redial.lost(reason, retry);
    if (retry) return;
    this.#refused = reason;
    this.#unauthorized = event.code === CLOSE.unauthorized.code;
    if (this.active === null) this.owner.lost(reason, false);
  }

  #dropDirect(reason: string): void {
    const end = this.#direct;
    if (end === null) return;
    const fed = this.direct;
    this.#direct = null;
    this.#pastBytes += end.bytes;
    if (end.open) end.close();
    this.reason = reason;
    if (fed) {
      this.active = null;
      this.owner.moved();
      this.#subscribeBase();
      if (this.#base === null && this.#refused) this.owner.lost(this.#refused, false);
      else if (this.#base === null || this.options.transport === 'p2p') this.owner.lost(reason, true);
    }
    this.#upgrade?.lost();
    this.owner.changed();
  }

  #checkSilence(): void {
    const now = performance.now();
    const late = now - this.#checkedAt > 4 * CHECK;
    this.#checkedAt = now;
    // A page that was busy or asleep has not heard what waits for it; the next look will tell.
    if (late) return;
    if (this.#direct && now - this.#direct.heardAt > PEER_SILENT) this.#dropDirect('the direct link fell silent');
    if (this.#base && now - this.#base.heardAt > SOCKET_SILENT) this.#base.close(CLOSE.timeout.code, 'nothing heard');
  }
}
