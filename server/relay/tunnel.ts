import type { Link } from '../../transport/link/link.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import type { PublishMessage } from '../../transport/wire/messages.js';
import { publish } from '../../transport/wire/session.js';

/** What a source says goes to another relay from now on, and what that says to the source; `end` is rid of its link. */
export function tunnel(message: PublishMessage, { link }: ReceiverEnd, there: Link): void {
  // To this relay it is as if the source had left.
  link.onclose?.({ code: CLOSE.normal.code, reason: 'it speaks to another relay' });
  link.onmessage = (bytes) => there.send(bytes);
  link.onclose = ({ code, reason }) => there.close(code, reason);
  there.onmessage = (bytes) => link.send(bytes);
  there.onclose = ({ code, reason }) => link.close(code, reason);
  const { token: _, ...vouched } = message;
  there.send(encodeFrame('Publish', publish.encode(vouched)));
}
