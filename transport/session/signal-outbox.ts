/**
 * Which signals one receiver lacks, and when it gets them. All it need know is the version that was sent last: what
 * changed since, as it stands now, is the next frame, however long the receiver took.
 */

import type { Link } from '../link/link.js';
import type { SignalsWanted } from '../wire/messages.js';
import type { Cap } from './cap.js';
import type { Pacer } from './pacer.js';
import type { SignalFeed, SignalView } from './signal-feed.js';
import { Tempo } from './tempo.js';

/** Where it takes its signals from. */
export interface SignalOutboxSource {
  readonly signals: SignalFeed | null;
}

export class SignalOutbox {
  readonly tempo = new Tempo(() => this.flush());
  frames = 0;
  #view: SignalView | null = null;
  #coded = false;
  /** Version of the last frame sent; -1 = none yet. */
  #sent = -1;
  #schemaSent = -1;

  constructor(
    readonly link: Link,
    readonly source: SignalOutboxSource,
    readonly pacer: Pacer,
    readonly cap: Cap,
    readonly send: (bytes: Uint8Array) => void,
  ) {}

  get open(): boolean {
    return this.#view !== null;
  }

  /** Bytes of memory that are its share of what is held for all who select the same. */
  get memory(): number {
    return this.#view === null ? 0 : Math.ceil(this.#view.bytes / this.#view.users);
  }

  /** Does the receiver lack anything? */
  get lacking(): boolean {
    const view = this.#view;
    return view !== null && this.#sent <= view.feed.table.version && view.frame(this.#sent, this.#coded) !== null;
  }

  /**
   * Begins (again), from what the receiver says it holds. Nothing is sent before `flush`.
   * @throws SelectionsFull for one more selection than there may be
   */
  begin({ select, resume, coded = false }: SignalsWanted): void {
    this.stop();
    const { signals } = this.source;
    if (signals === null) return;
    this.#view = signals.view(select);
    this.#coded = coded;
    this.#sent = resume?.epoch === signals.table.epoch ? resume.version : -1;
    this.#schemaSent = -1;
  }

  stop(): void {
    if (this.#view) this.#view.feed.release(this.#view);
    this.#view = null;
    this.tempo.stop();
  }

  /** Sends what has changed, if the link has room and the receiver time. */
  flush(): void {
    const view = this.#view;
    if (view === null || this.link.buffered > this.link.highWater || !this.pacer.ready) return;
    const { table } = view.feed;
    // A receiver may be ahead of us: it came from a faster link, and knows more names, too.
    if (this.#sent > table.version) return;
    const announced = this.#schemaSent === table.schemaVersion;
    const frame = view.frame(this.#sent, this.#coded);
    if ((announced && frame === null) || !this.tempo.due || !this.cap.ready) return;
    if (!announced) {
      this.#schemaSent = table.schemaVersion;
      this.send(view.schemaFrame);
    }
    if (frame === null) return;
    const now = performance.now();
    this.pacer.sent(frame.length, now);
    this.cap.sent(frame.length);
    this.tempo.sent(now);
    this.#sent = table.version;
    this.frames++;
    this.send(frame);
  }
}
