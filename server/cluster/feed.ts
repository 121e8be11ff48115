/**
 * What a follower takes for the link of its channel's source. Down it come keyframes and what the owner's tap publishes, in
 * order and without a gap, or not at all; and what the owner says to this follower alone. Up it, what is said to the source
 * goes over the session with the owner, whichever that is.
 */

import type { Link, LinkClose } from '../../transport/link/link.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import { control, controlReply, welcome } from '../../transport/wire/session.js';
import { type FrameName, frameName } from '../../transport/wire/types.js';
import type { BusLink } from './bus-link.js';
import type { ChannelMessage, Keyframe, Place } from './messages.js';

/** Bytes kept of what comes before the keyframe it follows on; beyond, another keyframe is asked for. */
const AHEAD = 16 * 2 ** 20;
const HEADER = 16;

type State = Extract<ChannelMessage, { kind: 'state' }>;

export interface FeedOwner {
  /** It has lost its place, or the channel asks anew: a keyframe is needed. */
  lost(): void;
  /** These are of the keyframe that was taken now. */
  stamps(stamps: Uint8Array): void;
  /** The session is over. */
  sessionLost(event: LinkClose): void;
  /** The channel has let go of it. */
  closed(event: LinkClose): void;
}

export class Feed implements Link {
  readonly kind = 'websocket';
  readonly highWater = 2 ** 20;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  open = true;
  /** When a message of the tap was last heard. */
  heardAt = performance.now();
  /** Subscriptions heard: each is answered. */
  subscriptions = 0;
  /** The end at this side, which passes over frames while it is lost. */
  end: { readonly lost: boolean } | null = null;

  #session: BusLink | null = null;
  /** What came last; null while a keyframe is awaited. */
  #place: Place | null = null;
  #ahead: State[] = [];
  #aheadBytes = 0;
  /** Commands that were passed on and not answered. */
  readonly #commands = new Set<number>();

  constructor(readonly owner: FeedOwner) {}

  get buffered(): number {
    return this.#session?.buffered ?? 0;
  }

  get session(): BusLink | null {
    return this.#session;
  }

  /** Does it follow the tap, nothing missing? */
  get synced(): boolean {
    return this.#place !== null;
  }

  /** The tap that it follows; 0 for none. */
  get tap(): number {
    return this.#place?.tap ?? 0;
  }

  /** Speaks with the owner over this link from now on. */
  set session(session: BusLink | null) {
    const before = this.#session;
    this.#session = session;
    this.desync();
    if (before !== null) {
      before.onclose = before.onmessage = null;
      before.close();
      this.#retryCommands();
    }
    if (session === null) return;
    session.onmessage = (message) => this.#direct(message);
    session.onclose = (event) => {
      if (this.#session !== session) return;
      this.#session = null;
      this.desync();
      this.#retryCommands();
      this.owner.sessionLost(event);
    };
  }

  send(message: Uint8Array): void {
    if (!this.open) return;
    switch (frameName(message[0]!)) {
      case 'Ack':
        return;
      case 'SubscribeFilter':
        this.subscriptions++;
        // A channel that only wants more or less of the same is where it was.
        if (this.#place !== null && this.end?.lost !== true) this.#welcome();
        else this.owner.lost();
        return;
      case 'Control': {
        const { id } = control.decode(message.subarray(HEADER));
        if (this.#session === null) return this.#retry(id, false);
        this.#commands.add(id);
      }
    }
    this.#session?.send(message);
  }

  close(code: number = CLOSE.normal.code, reason = ''): void {
    if (!this.open) return;
    this.open = false;
    const session = this.#session;
    this.#session = null;
    this.#ahead = [];
    if (session) {
      session.onclose = session.onmessage = null;
      session.close();
    }
    queueMicrotask(() => {
      this.onclose?.({ code, reason });
      this.owner.closed({ code, reason });
    });
  }

  /** Has all come that was published up to there? */
  reached({ tap, sequence }: Place): boolean {
    const place = this.#place;
    return place !== null && place.tap === tap && place.sequence >= sequence;
  }

  /** Its place is not known any more: what comes now is kept until there is a keyframe. */
  desync(): void {
    this.#place = null;
    this.#ahead = [];
    this.#aheadBytes = 0;
  }

  /** The tap published this. */
  heard(message: State): void {
    this.heardAt = performance.now();
    const place = this.#place;
    if (place === null) {
      this.#aheadBytes += message.frames.reduce((sum, frame) => sum + frame.length, 0);
      if (this.#aheadBytes <= AHEAD) this.#ahead.push(message);
      return;
    }
    if (message.tap === place.tap && message.sequence <= place.sequence) return;
    if (message.tap !== place.tap || message.sequence !== place.sequence + 1) return this.owner.lost();
    place.sequence++;
    this.#deliver(message.frames);
  }

  /** A keyframe was read. Goes on from there, with what came meanwhile; false if something is missing in between. */
  begin({ tap, sequence, stamps, frames }: Keyframe): boolean {
    const ahead = this.#ahead.filter((message) => message.tap === tap && message.sequence > sequence);
    let next = sequence;
    for (const message of ahead) if (message.sequence !== ++next) return false;
    this.desync();
    this.#place = { tap, sequence: next };
    this.heardAt = performance.now();
    this.#welcome();
    this.#deliver(frames);
    if (stamps.length > 0) this.owner.stamps(stamps);
    for (const message of ahead) this.#deliver(message.frames);
    return true;
  }

  #deliver(frames: readonly Uint8Array[]): void {
    try {
      for (const frame of frames) {
        if (!this.open) return;
        if (frameName(frame[0]!) === 'Welcome') this.#welcome(frame);
        else this.onmessage?.(frame);
      }
    } catch (error) {
      this.close(CLOSE.badFrame.code, 'what the other relay publishes cannot be understood');
      throw error;
    }
  }

  /** The answer to all subscriptions so far: what follows goes on from where the channel stands. */
  #welcome(frame?: Uint8Array): void {
    const told = frame
      ? welcome.decode(frame.subarray(HEADER))
      : ({ protocol: 1, channel: '', state: 'live' } as const);
    const message = { ...told, resume: 'none', answers: this.subscriptions } as const;
    this.onmessage?.(encodeFrame('Welcome', welcome.encode(message)));
  }

  #direct(message: Uint8Array): void {
    const name: FrameName | undefined = frameName(message[0]!);
    if (name === 'ControlReply') this.#commands.delete(controlReply.decode(message.subarray(HEADER)).id);
    this.onmessage?.(message);
  }

  #retryCommands(): void {
    for (const id of this.#commands) this.#retry(id, true);
    this.#commands.clear();
  }

  /** @param lost it may have come to the source, which does nothing twice */
  #retry(id: number, lost: boolean): void {
    const reply = { id, ok: false, retry: true, lost, reason: 'the relays have lost each other; try again' };
    this.onmessage?.(encodeFrame('ControlReply', controlReply.encode(reply)));
  }
}
