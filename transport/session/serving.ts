/**
 * The state that one receiver is sent: its tiles and its signals, begun as it asks, narrowed to what it asks for and may see.
 * When each of it goes is for the two outboxes. What else is said over the link is not known here.
 */

import { encodeFrame } from '../wire/frame.js';
import { encodeGridMeta, encodeGridReset } from '../wire/grid.js';
import type { Rights, SignalsWanted, SubscribeMessage, WelcomeMessage } from '../wire/messages.js';
import { FLAG } from '../wire/types.js';
import type { Asked } from './asked.js';
import type { Bucket } from './bucket.js';
import { Cap } from './cap.js';
import type { FanoutObserver } from './observer.js';
import { Outbox, type OutboxSource } from './outbox.js';
import type { Outgoing } from './outgoing.js';
import { SignalOutbox, type SignalOutboxSource } from './signal-outbox.js';

/** Where the state comes from. */
export interface ServingSource extends OutboxSource, SignalOutboxSource {
  readonly observer: FanoutObserver | null;
  readonly controlFrame: Uint8Array | null;
}

/** What of the session it belongs to it must know. */
export interface ServingSession {
  readonly asked: Asked;
  /** What it may do and see. */
  rights(): Rights;
  /** Answers a subscription, ahead of what follows. */
  welcome(how: WelcomeMessage['resume']): void;
  /** It has asked, and is going to be sent the whole picture. */
  keyframe(): void;
}

export class Serving {
  readonly outbox: Outbox;
  readonly signals: SignalOutbox;
  readonly #cap = new Cap(() => {
    this.source.refresh?.();
    this.goOn();
  });

  constructor(
    readonly source: ServingSource,
    readonly out: Outgoing,
    readonly session: ServingSession,
  ) {
    const send = (bytes: Uint8Array) => out.send(bytes);
    this.outbox = new Outbox(out.link, source, send, (frames) => out.share(frames), this.#cap);
    this.signals = new SignalOutbox(out.link, source, this.outbox.pacer, this.#cap, send);
  }

  /**
   * Begins (again) with the grid there is, from what the receiver says it holds.
   * @param bidden it was the receiver that asked for it
   */
  start(resume?: SubscribeMessage['resume'], bidden = false): void {
    const { asked } = this.session;
    if (!asked.greeted) return;
    const { grid, stamp, controlFrame, observer } = this.source;
    this.#refilter();
    if (grid === null || !asked.tiles) {
      this.outbox.stop();
      this.session.welcome(this.follows);
      // A source of signals alone can be steered too.
      if (grid === null && controlFrame && asked.active) this.out.send(controlFrame);
      return;
    }
    const how = this.outbox.begin(grid, resume);
    if (bidden && how === 'full') this.session.keyframe();
    observer?.began(how);
    this.session.welcome(how === 'none' ? this.follows : how);
    const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
    this.out.send(encodeFrame('GridMeta', encodeGridMeta(grid), header));
    if (how === 'full') {
      this.out.send(encodeFrame('GridReset', encodeGridReset(this.outbox.since), { ...header, flags: FLAG.KEYFRAME }));
    }
    if (controlFrame) this.out.send(controlFrame);
    this.outbox.flush();
  }

  /** What the receiver lacks of all this, in a word for its welcome: it is not whole before that has come. */
  get follows(): 'merged' | 'none' {
    return this.outbox.lacking || this.signals.lacking ? 'merged' : 'none';
  }

  /** Begins (again) with the signals there are. None is sent before `flush`. */
  startSignals(resume?: SignalsWanted['resume']): void {
    const { signals } = this.session.asked;
    if (signals === undefined) return this.signals.stop();
    const { resume: _, ...wanted } = signals;
    this.signals.begin(resume ? { ...wanted, resume } : wanted);
  }

  /** There are others now. */
  replaceSignals(): void {
    this.startSignals();
    // It tells how old they are, which the first frame of a table cannot.
    if (this.source.signals !== null && this.session.asked.active) this.session.welcome(this.follows);
    this.signals.flush();
  }

  /** Only the filter is another: what was sent still counts. `before`: the signals that were asked for until now. */
  update(before: SignalsWanted | undefined): void {
    const { tiles, signals } = this.session.asked;
    if (this.outbox.open !== (this.source.grid !== null && tiles)) {
      // Tiles are wanted that were not before, or the other way round.
      if (!this.outbox.open) this.source.refresh?.();
      this.start(undefined, true);
    } else {
      this.#refilter();
      this.session.welcome(this.follows);
    }
    if (JSON.stringify(filterOf(before)) !== JSON.stringify(filterOf(signals))) this.startSignals(signals?.resume);
    this.goOn();
  }

  /** Where its bytes of state come from, with those of others who have the same right. */
  share(bucket: Bucket | null): void {
    this.#cap.share(bucket);
  }

  /** Its rights are others: tiles that it may see no more are not sent any more, those that it may now are. */
  narrow(): void {
    this.#refilter();
    // Frames from here on are whole in what it may see now, and it has to know what that is.
    this.session.welcome(this.follows);
    this.goOn();
  }

  /** It may have had to wait, by what was true until now. */
  goOn(): void {
    this.outbox.catchUp();
    this.flush();
  }

  /** The link has room. */
  flush(): void {
    this.outbox.flush();
    this.signals.flush();
  }

  stop(): void {
    this.#cap.stop();
    this.outbox.stop();
    this.signals.stop();
  }

  #refilter(): void {
    const { asked } = this.session;
    const rights = this.session.rights();
    const { maxFps, maxBps = Number.POSITIVE_INFINITY, window } = asked.filter;
    this.#cap.perSecond = Math.min(maxBps, rights.maxBps ?? Number.POSITIVE_INFINITY);
    this.outbox.tempo.maxFps = maxFps;
    this.signals.tempo.maxFps = maxFps;
    this.outbox.filter(window, rights.view);
  }
}

/** Which signals, and how, without what is held of them. */
const filterOf = ({ resume: _, ...filter }: SignalsWanted = {}): SignalsWanted => filter;
