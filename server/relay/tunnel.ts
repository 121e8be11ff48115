/** A source that came to this relay, and whose channel is at another. */

import type { Link, LinkClose } from '../../transport/link/link.js';
import { Outgoing } from '../../transport/session/outgoing.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { Tenure } from '../../transport/session/tenure.js';
import { CLOSE, closeCode } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { PublishMessage, StatusMessage } from '../../transport/wire/messages.js';
import { publish, status } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';

const HEADER = 16;

/** A link whose user may change: whoever stands between it and the socket, to look at tokens, need not know. */
export class ChangingLink implements Link {
  readonly kind;
  readonly highWater: number;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;

  constructor(readonly inner: Link) {
    this.kind = inner.kind;
    this.highWater = inner.highWater;
    inner.onmessage = (message) => this.onmessage?.(message);
    inner.ondrain = () => this.ondrain?.();
    inner.onclose = (event) => this.onclose?.(event);
  }

  get buffered(): number {
    return this.inner.buffered;
  }

  send(message: Uint8Array): void {
    this.inner.send(message);
  }

  close(code?: number, reason?: string): void {
    this.inner.close(code, reason);
  }
}

/**
 * What a source says goes there from now on, and what is said there to the source; `end` is rid of its link.
 * @param first its first message, which was heard here
 * @param vouch what of such messages is for the other relay
 * @param tenure how long it may speak, which this relay adds to what the other one tells it
 */
export function tunnel(
  first: PublishMessage,
  { link }: ReceiverEnd,
  there: Link,
  vouch: (message: PublishMessage) => PublishMessage,
  tenure: Tenure | undefined,
): void {
  const say = (message: PublishMessage): void => there.send(encodeFrame('Publish', publish.encode(vouch(message))));
  const out = new Outgoing(link, () => link.close(CLOSE.timeout.code, 'it does not read what it is sent'));
  // To this relay it is as if the source had left.
  link.onclose?.({ code: CLOSE.normal.code, reason: 'it speaks to another relay' });
  link.onmessage = (bytes) => {
    if (frameName(bytes[0]!) !== 'Publish') return there.send(bytes);
    try {
      say(publish.decode(bytes.subarray(HEADER)));
    } catch (error) {
      link.close(CLOSE.badFrame.code, (error as Error).message);
    }
  };
  link.onclose = ({ code, reason }) => there.close(code, reason);
  there.onmessage = (bytes) => {
    if (tenure === undefined || frameName(bytes[0]!) !== 'Status') return out.send(bytes);
    tellTenure(link, tenure, status.decode(bytes.subarray(HEADER)));
  };
  // Not every code can be passed on.
  there.onclose = ({ code, reason }) =>
    link.close(closeCode(code).name === 'lost' ? CLOSE.goingAway.code : code, reason);
  say(first);
}

/** Tells a source how long it may speak, with what else there is to tell. */
export function tellTenure(link: Link, { expires }: Tenure, message: StatusMessage = { state: 'live' }): void {
  link.send(encodeFrame('Status', status.encode({ ...message, ...(expires !== undefined && { expires }) })));
}
