/** Viewers that ask to be introduced to the source. The relay vouches for them: a source accepts nobody else. */

import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { IntroduceMessage } from '../../transport/wire/messages.js';
import { introduce } from '../../transport/wire/session.js';

/** Milliseconds until the same viewer may ask again: each that is introduced takes a place at the source for a while. */
const AGAIN = 3_000;

export class Introductions {
  /** The source's own peer id, if it takes direct viewers. */
  host: string | null = null;
  /** By peer id: who waits for the source's answer. One a viewer. */
  readonly #pending = new Map<string, SourceEnd>();
  readonly #asked = new WeakMap<SourceEnd, number>();

  /** A viewer wants to meet the source. */
  ask({ peer }: IntroduceMessage, viewer: SourceEnd, source: ReceiverEnd | null): void {
    if (this.host === null || source === null) return refuse(viewer, peer, 'the source takes no direct viewers');
    const now = performance.now();
    if (now - (this.#asked.get(viewer) ?? Number.NEGATIVE_INFINITY) < AGAIN || this.#pending.has(peer)) {
      return refuse(viewer, peer, 'asked for too often; wait a moment');
    }
    this.#asked.set(viewer, now);
    this.forget(viewer);
    this.#pending.set(peer, viewer);
    source.introduce({ peer, rights: viewer.rights });
  }

  /** The source answered for the viewer with this peer id. */
  answer({ peer, refused }: IntroduceMessage): void {
    const viewer = this.#pending.get(peer);
    this.#pending.delete(peer);
    if (viewer === undefined || this.host === null) return;
    if (refused !== undefined) refuse(viewer, peer, refused);
    else tell(viewer, { peer: this.host });
  }

  /** The viewer has left, or asks anew. */
  forget(viewer: SourceEnd): void {
    for (const [peer, asker] of this.#pending) if (asker === viewer) this.#pending.delete(peer);
  }

  /** Nobody is left to answer. */
  sourceGone(): void {
    this.host = null;
    for (const [peer, viewer] of this.#pending) refuse(viewer, peer, 'the source has gone');
    this.#pending.clear();
  }
}

const tell = (viewer: SourceEnd, message: IntroduceMessage): void =>
  viewer.send(encodeFrame('Introduce', introduce.encode(message)));
const refuse = (viewer: SourceEnd, peer: string, refused: string): void => tell(viewer, { peer, refused });
