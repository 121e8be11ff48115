/** Viewers that ask to be introduced to the source. The relay vouches for them: a source accepts nobody else. */

import type { Fanout } from '../../transport/session/fanout.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { IntroduceMessage } from '../../transport/wire/messages.js';
import { introduce } from '../../transport/wire/session.js';

/** Introductions that wait for the source's answer; more are refused at once. */
const PENDING = 256;

export class Introductions {
  /** The source's own peer id, if it takes direct viewers. */
  host: string | null = null;
  readonly #pending = new Map<string, SourceEnd>();

  constructor(readonly fanout: Fanout) {}

  /** A viewer wants to meet the source. */
  ask({ peer }: IntroduceMessage, viewer: SourceEnd, source: ReceiverEnd | null): void {
    this.#forgetGone();
    if (this.host === null || source === null) return refuse(viewer, peer, 'the source takes no direct viewers');
    if (this.#pending.size >= PENDING || this.#pending.has(peer))
      return refuse(viewer, peer, 'too many wait for the source');
    this.#pending.set(peer, viewer);
    source.introduce({ peer, control: viewer.control });
  }

  /** The source answered for the viewer with this peer id. */
  answer({ peer, refused }: IntroduceMessage): void {
    const viewer = this.#pending.get(peer);
    this.#pending.delete(peer);
    if (viewer === undefined || this.host === null) return;
    if (refused !== undefined) refuse(viewer, peer, refused);
    else tell(viewer, { peer: this.host });
  }

  #forgetGone(): void {
    for (const [peer, viewer] of this.#pending) if (!this.fanout.ends.has(viewer)) this.#pending.delete(peer);
  }
}

const tell = (viewer: SourceEnd, message: IntroduceMessage): void =>
  viewer.send(encodeFrame('Introduce', introduce.encode(message)));
const refuse = (viewer: SourceEnd, peer: string, refused: string): void => tell(viewer, { peer, refused });
