/** What is wrong with a request for signals, as its answer says it: `{ error, signal? }`. */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { CLOSE } from '../../../transport/wire/codes.js';
import { SignalError } from '../../../transport/wire/signal-value.js';
import { TokenRefusal } from '../../auth/token-refusal.js';
import { reasonOf } from '../../metrics/reason.js';
import { Refusal } from '../../relay/refusal.js';
import type { Refusals } from '../refusals.js';
import { sendJson } from '../respond.js';

export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    message: string,
    readonly headers: OutgoingHttpHeaders = {},
    /** Name of the signal it is about. */
    readonly signal?: string,
    /** How it is counted and told, if not by its status. */
    readonly known: { reason?: string | null; told?: boolean } = {},
  ) {
    super(message);
  }
}

const RETRY = { 'Retry-After': '1' };
const STATUS: Record<number, [status: number, headers?: OutgoingHttpHeaders]> = {
  [CLOSE.taken.code]: [409],
  [CLOSE.tooBig.code]: [413],
  [CLOSE.tooFast.code]: [429, RETRY],
  [CLOSE.unauthorized.code]: [401],
};

/** What went wrong, as HTTP says it: whatever the relay refuses, it may take later. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof SignalError) return new Problem(400, error.message, {}, String(error.signal).slice(0, 128));
  if (error instanceof TokenRefusal) return unauthorized(error);
  if (error instanceof Refusal) {
    const [status, headers = {}] = STATUS[error.code] ?? [503, RETRY];
    // Limits of the relay are counted where they are looked at.
    const reason = error.code === CLOSE.tryLater.code ? null : reasonOf(error.code);
    return new Problem(status, error.message, headers, undefined, { reason });
  }
  return new Problem(500, 'an error of the relay, not yours');
}

/** As RFC 6750 says it, and how to do better. */
function unauthorized({ kind, message }: TokenRefusal): Problem {
  const error = { missing: '', invalid: ', error="invalid_token"', insufficient: ', error="insufficient_scope"' }[kind];
  return new Problem(kind === 'insufficient' ? 403 : 401, `${message}: -H 'Authorization: Bearer TOKEN'`, {
    'WWW-Authenticate': `Bearer realm="mpl"${error}`,
  });
}

/** Answers with it, and lets whoever runs the relay know if that is a refusal. */
export function sendProblem(
  req: IncomingMessage,
  res: ServerResponse,
  { status, message, signal, headers, known }: Problem,
  more: OutgoingHttpHeaders,
  refusals: Refusals,
): void {
  refusals.tell(req, { status, message, ...known });
  sendJson(req, res, status, { error: message, ...(signal !== undefined && { signal }) }, { ...more, ...headers });
}
