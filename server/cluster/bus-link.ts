/** A link between two nodes, over their topics: numbered both ways, so that it ends where a message is lost. */

import type { Link, LinkClose } from '../../transport/link/link.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { NodeMessage } from './messages.js';

/** What a link needs of its node. */
export interface LinkNode {
  send(to: string, message: NodeMessage, body?: Uint8Array): Promise<void>;
  /** It is closed. */
  left(link: BusLink): void;
  /** What came over a link was too much for who uses it. */
  failed(error: Error): void;
}

const NOTHING = new Uint8Array();

export class BusLink implements Link {
  readonly kind = 'websocket';
  readonly highWater = 2 ** 20;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  buffered = 0;
  open = true;
  heardAt = performance.now();
  sentAt = performance.now();
  #sent = 0;
  #heard = 0;

  constructor(
    readonly node: LinkNode,
    readonly id: string,
    /** The node at its other side. */
    readonly other: string,
  ) {}

  send(message: Uint8Array): void {
    if (!this.open) return;
    this.sentAt = performance.now();
    this.buffered += message.length;
    const taken = (): void => {
      const full = this.buffered > this.highWater;
      this.buffered -= message.length;
      if (full && this.buffered <= this.highWater && this.open) this.ondrain?.();
    };
    this.node.send(this.other, { kind: 'data', link: this.id, n: ++this.#sent }, message).then(taken, () => {
      this.end({ code: CLOSE.timeout.code, reason: 'the way to the other relay is broken' });
    });
  }

  /** Says that this side is there. */
  beat(): void {
    this.send(NOTHING);
  }

  close(code: number = CLOSE.normal.code, reason = ''): void {
    if (!this.open) return;
    this.node.send(this.other, { kind: 'close', link: this.id, code, reason }).catch(() => {});
    this.end({ code, reason });
  }

  /** For its node: the other side said this. */
  take(n: number, message: Uint8Array): void {
    this.heardAt = performance.now();
    if (n !== ++this.#heard) return this.close(CLOSE.timeout.code, 'a message between two relays was lost');
    if (message.length === 0) return;
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.node.failed(error as Error);
      this.close(CLOSE.badFrame.code, 'a message between two relays cannot be understood');
    }
  }

  /** For its node: it is over. */
  end(event: LinkClose): void {
    if (!this.open) return;
    this.open = false;
    this.node.left(this);
    queueMicrotask(() => {
      try {
        this.onclose?.(event);
      } catch (error) {
        this.node.failed(error as Error);
      }
    });
  }
}
