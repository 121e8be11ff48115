/**
 * The receiver that stands for all followers of a channel: what it is sent goes to the channel's topic. The bus taking it
 * is its acknowledgement, so that a slow bus gets fewer, newer frames, as any slow viewer does.
 */

import { randomBytes } from 'node:crypto';
import type { Link, LinkClose } from '../../transport/link/link.js';
import type { Fanout } from '../../transport/session/fanout.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { encodeStamps } from '../../transport/state/stamps.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import { encodeAck, encodePing, subscribe } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';
import { Bell } from './bell.js';
import type { Bus } from './bus.js';
import { encodeState, type Have, type Keyframe, type Place } from './messages.js';
import { isState, snapshot } from './snapshot.js';

/** Bytes of one message, about. */
const MESSAGE = 512 * 1024;
const NOTHING = new Uint8Array();
/** Frames of state a second while no follower's viewers watch. */
const IDLE_FPS = 1;

export class Tap implements Link {
  readonly kind = 'websocket';
  readonly highWater = 2 ** 20;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  /** Bytes that the bus has not taken yet. */
  buffered = 0;
  /** Names this tap: another one counts from another start. */
  readonly id = randomBytes(4).readUInt32LE();
  sequence = 0;
  open = true;
  sentAt = performance.now();
  readonly #end: SourceEnd;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #acked = 0;
  /** The bus has taken something, or will take no more. */
  readonly #progress = new Bell();

  constructor(
    readonly fanout: Fanout,
    readonly bus: Bus,
    readonly topic: string,
  ) {
    this.#end = fanout.attach(this, { relay: true });
    // Followers begin with a keyframe: the tap is to say what changes from now on.
    const { grid, signals } = fanout;
    const message = subscribe.encode({
      protocol: 1,
      ...(grid && { resume: { epoch: grid.epoch, version: grid.version, seen: grid.version } }),
      signals: {
        coded: true,
        ...(signals && { resume: { epoch: signals.table.epoch, version: signals.table.version } }),
      },
    });
    this.#say(encodeFrame('SubscribeFilter', message));
  }

  /** Does any follower's viewer watch? */
  set watched(watched: boolean) {
    const fps = watched ? undefined : IDLE_FPS;
    this.#end.outbox.tempo.maxFps = fps;
    this.#end.signals.tempo.maxFps = fps;
    if (watched) this.ondrain?.();
  }

  send(frame: Uint8Array): void {
    if (!this.open) return;
    if (frameName(frame[0]!) === 'Ping') {
      // Nobody else is there to answer.
      return queueMicrotask(() => this.#say(encodeFrame('Ping', encodePing({ echo: true, time: 0, upstream: 0 }))));
    }
    this.buffered += frame.length;
    if (this.#bytes + frame.length > MESSAGE) this.flush();
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** Publishes what was sent in this turn. */
  flush(): void {
    if (this.#frames.length > 0) this.#publish(this.#frames.splice(0));
  }

  /** Where it is once all signals of now are published, or when it is `over`: where the bus is slow, they wait for it. */
  async upToDate(over: AbortSignal): Promise<Place> {
    const { signals } = this.#end;
    for (signals.flush(); signals.lacking && this.open && !over.aborted; signals.flush())
      await this.#progress.next(over);
    this.flush();
    return { tap: this.id, sequence: this.sequence };
  }

  /** Says that it is there, and how far. */
  beat(): void {
    this.flush();
    this.#publish([]);
  }

  /** What whoever has this much lacks now; what is published from now on follows on it. */
  keyframe(have: Have): Keyframe {
    // It may be waiting for its time, and differences from what it was sent last would not fit what the keyframe says.
    const { outbox } = this.#end;
    const { maxFps } = outbox.tempo;
    outbox.tempo.maxFps = undefined;
    outbox.catchUp(true);
    outbox.flush();
    outbox.tempo.maxFps = maxFps;
    const frames = snapshot(this.fanout, have);
    this.flush();
    const { grid } = this.fanout;
    // Whoever begins from nothing can then answer for the past, too.
    const stamps = grid && !have.grid ? encodeStamps(grid) : NOTHING;
    return { tap: this.id, sequence: this.sequence, have, stamps, frames };
  }

  close(code: number = CLOSE.normal.code, reason = ''): void {
    if (!this.open) return;
    this.open = false;
    this.#frames = [];
    this.#progress.ring();
    queueMicrotask(() => this.onclose?.({ code, reason }));
  }

  #say(message: Uint8Array): void {
    if (this.open) this.onmessage?.(message);
  }

  #publish(frames: readonly Uint8Array[]): void {
    if (!this.open) return;
    this.#bytes = 0;
    this.sentAt = performance.now();
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    const states = frames.filter(isState).length;
    const message = encodeState(this.id, ++this.sequence, frames);
    this.bus.publish(this.topic, message).then(
      () => this.#taken(bytes, states),
      // What was lost is not known; another tap begins where a keyframe says.
      () => this.close(CLOSE.timeout.code, 'the bus is away'),
    );
  }

  #taken(bytes: number, states: number): void {
    const full = this.buffered > this.highWater;
    this.buffered -= bytes;
    if (states > 0) {
      this.#acked += states;
      this.#say(encodeFrame('Ack', encodeAck({ frames: this.#acked, heldMs: 0 })));
    }
    if (full && this.buffered <= this.highWater && this.open) this.ondrain?.();
    this.#progress.ring();
  }
}
