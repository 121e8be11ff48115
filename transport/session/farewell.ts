/** What is said to whoever sent what it should not have. Whatever it is, it is the end of that one link at the most. */

import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { encodeFrame } from '../wire/frame.js';
import { errorMessage } from '../wire/session.js';

/** Tells the reason, and closes with it; that of an error of our own is nobody else's business. */
export function farewell(
  error: unknown,
  send: (frame: Uint8Array) => void,
  close: (code: number, reason: string) => void,
): void {
  const { code, message: reason } =
    error instanceof WireError ? error : { code: CLOSE.internal.code, message: CLOSE.internal.meaning };
  send(encodeFrame('Error', errorMessage.encode({ code, reason })));
  close(code, reason);
}
