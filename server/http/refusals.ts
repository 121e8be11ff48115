/** Requests that are refused, as whoever runs the relay hears of them: counted by reason, and told, like connections that are. */

import type { IncomingMessage } from 'node:http';
import { addressOf } from '../connections.js';
import type { Tally } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';

/** What they are counted by. An answer that is not here is no refusal: what was asked for is not there, or was asked for wrong. */
const REASONS: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  408: 'timeout',
  413: 'too-big',
  429: 'requests',
  503: 'busy',
};

export interface Refused {
  readonly status: number;
  /** What the answer says. */
  readonly message: string;
  /** The word to count it by, if it is not that of its status; null where it was counted when it was decided. */
  readonly reason?: string | null;
  /** Has whoever decided it told it already? */
  readonly told?: boolean;
}

export class Refusals {
  readonly #subjects = new WeakMap<IncomingMessage, string>();

  constructor(
    readonly tally: Tally,
    readonly options: Pick<ResolvedOptions, 'trustProxy'>,
  ) {}

  /** This request has shown a token of somebody. */
  identify(req: IncomingMessage, subject: string): void {
    this.#subjects.set(req, subject);
  }

  /** Who asks, as logs tell it. */
  visitor(req: IncomingMessage): { address: string; subject?: string } {
    const subject = this.#subjects.get(req);
    return { address: addressOf(req, this.options.trustProxy), ...(subject !== undefined && { subject }) };
  }

  /** Counts and tells what this request is answered, if that is a refusal. */
  tell(req: IncomingMessage, { status, message, reason, told = false }: Refused): void {
    const word = REASONS[status];
    if (word === undefined || told) return;
    // What stands behind the path may be a token that somebody has put there.
    const path = (req.url ?? '/').split(/[?#]/, 1)[0]!.slice(0, 200);
    const fields = { method: req.method, path, ...this.visitor(req), status, why: message };
    this.tally.refused(reason === undefined ? word : reason, 'a request was refused', fields, word);
  }
}
