/** A source that came to this relay, and whose channel is at another. */

import type { Link } from '../../transport/link/link.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import { publish } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';

const HEADER = 16;

/**
 * What a source says goes there from now on, and what is said there to the source; `end` is rid of its link.
 * @param first its first message, which was heard here
 * @param vouch what of such messages is for the other relay
 */
export function tunnel(
  first: PublishMessage,
  { link }: ReceiverEnd,
  there: Link,
  vouch: (message: PublishMessage) => PublishMessage,
): void {
  const say = (message: PublishMessage): void => there.send(encodeFrame('Publish', publish.encode(vouch(message))));
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
  there.onmessage = (bytes) => link.send(bytes);
  there.onclose = ({ code, reason }) => link.close(code, reason);
  say(first);
}
