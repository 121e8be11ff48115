/**
 * One table of signals, many receivers. Each frame is made once for all that want the same of it: those names, from that
 * version on, in that coding.
 */

import type { SignalEntry, SignalTable } from '../state/signal-table.js';
import { CLOSE } from '../wire/codes.js';
import { compress } from '../wire/deflate.js';
import { WireError } from '../wire/errors.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import { type CodedSignal, encodeSignals, isCodable } from '../wire/signal-code.js';
import { encodeSignalJson, MAX_OTHERS, type SignalSpec, schema } from '../wire/signals.js';
import { FLAG, type FrameName } from '../wire/types.js';

/** Smaller payloads are not worth deflating; larger ones are names and full states of many signals, and rare. */
const DEFLATE_FROM = 2048;
/** So many selected signals are looked at one by one, rather than all that changed. */
const FEW = 256;
/** Frames kept of one view and version. Receivers in step need one, those that lag a few. */
const MAX_FRAMES = 16;
/** Bytes of memory that a view takes, and each name in it beside its letters; measured. */
const VIEW_BYTES = 2048;
const NAME_BYTES = 72;

/** There are as many different selections as there may be: the same ones as others have are still taken. */
export class SelectionsFull extends WireError {
  constructor() {
    super(
      'too many different selections of signals on this channel (selectedBytes); select all, or come later',
      CLOSE.tryLater.code,
    );
  }
}

export class SignalFeed {
  /** Sequence and time of the last change: every frame made from it says so. */
  stamp: Pick<Header, 'sequence' | 'timestamp'> = { sequence: 0, timestamp: 0 };
  /** Are frames in the compact coding, for those who know it? */
  coded = false;
  /** Say of each signal when it was last written: for a channel with several sources. */
  versions = false;
  readonly #views = new Map<string, SignalView>();
  /** Bytes of memory that selections take, and those of them that are frames, which can be made again. */
  #held = 0;
  #frames = 0;

  /** @param room bytes of memory for views of selections */
  constructor(
    readonly table: SignalTable,
    readonly room = Number.POSITIVE_INFINITY,
  ) {}

  /** Bytes of memory that all selections take. */
  get bytes(): number {
    return this.#held;
  }

  /**
   * What a receiver that selects these names gets to see, whatever their order. Give it back with `release`.
   * @throws SelectionsFull for one more selection than there may be
   */
  view(select: readonly string[] | undefined): SignalView {
    const names = select && [...new Set(select)].sort();
    const key = names === undefined ? '' : JSON.stringify(names);
    let view = this.#views.get(key);
    if (view === undefined) {
      view = new SignalView(this, names && new Set(names), key);
      if (names !== undefined && this.#held - this.#frames + view.bytes > this.room) throw new SelectionsFull();
      this.#views.set(key, view);
      this.takes(view, view.bytes);
    }
    view.users++;
    return view;
  }

  release(view: SignalView): void {
    if (--view.users > 0) return;
    this.#views.delete(view.key);
    this.takes(view, view.frameBytes - view.bytes);
    this.takes(view, -view.frameBytes, true);
  }

  /** Is there room to keep another frame of it? That of all signals is for everybody. */
  keeps(view: SignalView, bytes: number): boolean {
    return view.select === undefined || this.#held + bytes <= this.room;
  }

  /** It takes so many bytes more than before, or fewer. */
  takes(view: SignalView, bytes: number, frames = false): void {
    if (view.select === undefined) return;
    this.#held += bytes;
    if (frames) this.#frames += bytes;
  }

  /** The frame that brings from `base` to where the table stands: who stands there is sent it as it came. */
  passOn(frame: Uint8Array, base: number): void {
    this.#views.get('')?.keep(frame, base, this.coded);
  }
}

export class SignalView {
  users = 0;
  /** Bytes of memory that it takes, frames included. */
  bytes: number;
  frameBytes = 0;
  #schemaVersion = -1;
  #specs: readonly SignalSpec[] = [];
  /** Where the names selected stand among themselves; null where all are in view. */
  #places: ReadonlyMap<string, number> | null = null;
  #schemaFrame: Uint8Array = new Uint8Array();
  #version = -1;
  /** Frames that lead to the present version, by what they start from. */
  readonly #frames = new Map<string, Uint8Array | null>();

  constructor(
    readonly feed: SignalFeed,
    readonly select: ReadonlySet<string> | undefined,
    readonly key: string,
  ) {
    // The names themselves are those that were sent, and counted there.
    this.bytes = VIEW_BYTES + key.length + (select?.size ?? 0) * NAME_BYTES;
  }

  /** Announces the names and types in view. */
  get schemaFrame(): Uint8Array {
    this.#refresh();
    return this.#schemaFrame;
  }

  /** Takes a receiver from version `base` (-1: from nothing) to the present; null where nothing in view has changed. */
  frame(base: number, coded: boolean): Uint8Array | null {
    this.#refresh();
    const inCode = coded && this.feed.coded;
    const key = `${base} ${inCode}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = this.#encode(base, inCode);
      this.#remember(key, frame);
    }
    return frame;
  }

  keep(frame: Uint8Array, base: number, coded: boolean): void {
    this.#refresh();
    this.#remember(`${base} ${coded}`, frame);
  }

  /** Who holds what is for receivers to say, so it may be anything; a version may stand for hours. */
  #remember(key: string, frame: Uint8Array | null): void {
    this.#drop(key);
    if (this.#frames.size >= MAX_FRAMES) this.#drop(this.#frames.keys().next().value!);
    const bytes = frame?.length ?? 0;
    if (!this.feed.keeps(this, bytes)) return;
    this.#frames.set(key, frame);
    this.#takes(bytes);
  }

  #drop(key: string): void {
    this.#takes(-(this.#frames.get(key)?.length ?? 0));
    this.#frames.delete(key);
  }

  #clear(): void {
    this.#frames.clear();
    this.#takes(-this.frameBytes);
  }

  #takes(bytes: number): void {
    this.frameBytes += bytes;
    this.bytes += bytes;
    this.feed.takes(this, bytes, true);
  }

  /** Forgets what was made for an older version, or another schema. */
  #refresh(): void {
    const { table } = this.feed;
    if (this.#version !== table.version) this.#clear();
    this.#version = table.version;
    if (this.#schemaVersion === table.schemaVersion) return;
    this.#clear();
    this.#schemaVersion = table.schemaVersion;
    const { select } = this;
    this.#specs = select ? table.schema.filter(({ name }) => select.has(name)) : table.schema;
    this.#places = select ? new Map(this.#specs.map(({ name }, place) => [name, place])) : null;
    const message = table.announce(this.#specs);
    if (select && this.#specs.length < select.size) {
      message.others = table
        .names()
        .filter((name) => !select.has(name))
        .slice(0, MAX_OTHERS);
    }
    const { length } = this.#schemaFrame;
    this.#schemaFrame = this.#pack('SchemaAnnounce', schema.encode(message), 0, true);
    const more = this.#schemaFrame.length - length;
    this.bytes += more;
    this.feed.takes(this, more);
  }

  #encode(base: number, coded: boolean): Uint8Array | null {
    const full = base < 0;
    const inCode = coded ? this.#coded(base) : undefined;
    coded = inCode !== undefined;
    const payload = coded ? inCode! : this.#json(base);
    if (payload === null) return null;
    const flags = (full ? FLAG.KEYFRAME : 0) | (coded ? FLAG.CODED : 0);
    return this.#pack(full ? 'SignalSync' : 'SignalDiff', payload, flags, full);
  }

  #pack(type: FrameName, payload: Uint8Array, flags: number, deflate: boolean): Uint8Array {
    const deflated = deflate && payload.length >= DEFLATE_FROM ? compress(payload) : null;
    const header = { ...this.feed.stamp, flags: flags | (deflated ? FLAG.COMPRESSED : 0) };
    return encodeFrame(type, deflated ?? payload, header);
  }

  /** What in view has changed since. Who selects little stands at an old version: little of what is new is for it. */
  #changed(base: number): SignalEntry[] {
    const { table } = this.feed;
    if (this.select === undefined) return table.changedSince(base);
    if (this.#specs.length > FEW) return table.changedSince(base).filter(({ spec }) => this.select!.has(spec.name));
    return this.#specs.map(({ name }) => table.entry(name)!).filter(({ stamp }) => stamp > base);
  }

  #json(base: number): Uint8Array | null {
    const { table, versions } = this.feed;
    const changed = this.#changed(base);
    if (base >= 0 && changed.length === 0) return null;
    const older = versions ? changed.filter(({ stamp }) => stamp < table.version) : [];
    return encodeSignalJson(
      table.version,
      base < 0 ? undefined : base,
      changed.map(({ spec, text }) => [spec.name, text] as const),
      older.length > 0 ? Object.fromEntries(older.map(({ spec, stamp }) => [spec.name, stamp])) : undefined,
    );
  }

  /** Null where nothing has changed; undefined where only JSON can say it. */
  #coded(base: number): Uint8Array | null | undefined {
    const { table, versions } = this.feed;
    const changed = this.#changed(base);
    if (base >= 0 && changed.length === 0) return null;
    const signals: CodedSignal[] = [];
    for (const { spec, place, stamp, value, before } of changed) {
      // A type may change before the value does, and a stranger may announce one and send another.
      if ((versions && stamp < table.version) || !isCodable(spec.type, value)) return undefined;
      const at = this.#places === null ? place : this.#places.get(spec.name)!;
      signals.push({ place: at, spec, value, ...(before !== undefined && { held: before }) });
    }
    const delta = base >= 0 && base === table.previous;
    const head = { version: table.version, ...(base >= 0 && { base }), delta };
    return encodeSignals(head, this.#specs.length, signals);
  }
}
