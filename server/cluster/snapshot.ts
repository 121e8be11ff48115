/** A channel as it is now, as frames: what a receiver that holds so much of it, or nothing, is sent. */

import type { Link, LinkClose } from '../../transport/link/link.js';
import type { Fanout } from '../../transport/session/fanout.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import { encodeAck, status, subscribe } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';
import type { Have } from './messages.js';

/** Kinds of frames that are acknowledged. */
export const isState = (frame: Uint8Array): boolean => {
  const name = frameName(frame[0]!);
  return name === 'GridTiles' || name === 'SignalSync' || name === 'SignalDiff';
};

/** A receiver that keeps what it is sent, and has always room for more. */
class CollectingLink implements Link {
  readonly kind = 'memory';
  readonly buffered = 0;
  readonly highWater = 1;
  readonly frames: Uint8Array[] = [];
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  #states = 0;

  send(frame: Uint8Array): void {
    this.frames.push(frame);
    if (isState(frame)) this.#states++;
  }

  close(code = 1000, reason = ''): void {
    this.onclose?.({ code, reason });
  }

  /** Asks for what is lacking. An end waits for acks before it sends much more: it gets them until it has no more to say. */
  collect({ grid, signals }: Have): Uint8Array[] {
    const message = subscribe.encode({
      protocol: 1,
      ...(grid && { resume: { ...grid, seen: grid.version } }),
      signals: { coded: true, ...(signals && { resume: signals }) },
    });
    this.onmessage?.(encodeFrame('SubscribeFilter', message));
    for (let acked = 0; acked < this.#states; ) {
      acked = this.#states;
      this.onmessage?.(encodeFrame('Ack', encodeAck({ frames: acked, heldMs: 0 })));
    }
    return this.frames;
  }
}

/** What all of these have: less than each of them, so that what is more than that is news for none. */
export function common(haves: readonly Have[]): Have {
  const least = (part: keyof Have): Have['grid'] => {
    const all = haves.map((have) => have[part]);
    const [first] = all;
    if (first === undefined || !all.every((one) => one?.epoch === first.epoch)) return undefined;
    return { epoch: first.epoch, version: Math.min(...all.map((one) => one!.version)) };
  };
  return { grid: least('grid'), signals: least('signals') };
}

/** What whoever has this much lacks, `Status` first; of one moment, and not whole if the channel is not. */
export function snapshot(fanout: Fanout, have: Have): Uint8Array[] {
  const link = new CollectingLink();
  fanout.attach(link, { relay: true });
  const frames = link.collect(have);
  link.close();
  const { state, controlFrame } = fanout;
  if (controlFrame && !frames.includes(controlFrame)) frames.push(controlFrame);
  return [encodeFrame('Status', status.encode({ state })), ...frames];
}
