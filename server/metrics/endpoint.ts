/** `GET /metrics`, for Prometheus. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Refusals } from '../http/refusals.js';
import { sendBody, sendText } from '../http/respond.js';
import { mayPublish as matches } from '../publish-token.js';
import type { Measured } from './registry.js';

/** An answer is good for so long, ms: to count takes time, and strangers may ask too. */
const FRESH = 200;

/** Who reads: those who run the relay, or anyone, who is told no names where channels are not for anyone. */
type Reader = 'inside' | 'anyone';

/**
 * Resolves with what `/metrics` answers.
 * @param names may it tell names of channels?
 */
export type ReadAll = (names: boolean) => Promise<string>;

export class MetricsEndpoint {
  readonly #registries: Partial<Record<Reader, Promise<Registry>>> = {};
  readonly #texts: Partial<Record<Reader, Promise<string>>> = {};

  constructor(
    readonly measured: Measured,
    readonly refusals: Refusals,
    /** Whoever asks has to show this, if it is set. */
    readonly token: string | undefined,
    /** Are names of channels for anyone to know? */
    readonly namesForAnyone: boolean,
    /** The numbers of all processes, where this is one of several that are one relay. */
    readonly ofAll?: ReadAll,
  ) {}

  /** The metrics of the relay alone, without those of the process. */
  registry(reader: Reader = 'inside'): Promise<Registry> {
    const measured = reader === 'inside' ? this.measured : { ...this.measured, named: 0 };
    // Loaded when first asked for: most relays on somebody's desk never are.
    this.#registries[reader] ??= import('./registry.js').then(({ createRegistry }) => createRegistry(measured));
    return this.#registries[reader];
  }

  /**
   * Answers and returns true if `path` is that of the metrics.
   * @param inside it was asked for on a port for those who run the relay
   */
  answer(req: IncomingMessage, res: ServerResponse, path: string, inside = false): boolean {
    if (path !== '/metrics') return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      sendText(req, res, 405, 'Only GET and HEAD.\n', { Allow: 'GET, HEAD', Connection: 'close' });
      return true;
    }
    const [, shown] = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '') ?? [];
    if (!matches(this.token, shown)) {
      this.refusals.tell(req, { status: 401, message: 'the metrics ask for a token' });
      const headers = { 'WWW-Authenticate': 'Bearer realm="mpl metrics"' };
      sendText(req, res, 401, "These metrics ask for a token: -H 'Authorization: Bearer TOKEN'\n", headers);
      return true;
    }
    const trusted = inside || this.token !== undefined || this.namesForAnyone;
    this.#answer(req, res, trusted ? 'inside' : 'anyone').catch(() =>
      sendText(req, res, 500, 'The metrics could not be read.\n'),
    );
    return true;
  }

  async #answer(req: IncomingMessage, res: ServerResponse, reader: Reader): Promise<void> {
    this.#texts[reader] ??= this.#read(reader);
    const text = await this.#texts[reader];
    const headers = { 'Cache-Control': 'no-store' };
    sendBody(req, res, 200, 'text/plain; version=0.0.4; charset=utf-8', Buffer.from(text), headers);
  }

  async #read(reader: Reader): Promise<string> {
    try {
      if (this.ofAll) return await this.ofAll(reader === 'inside');
      const [own, { processRegistry }] = await Promise.all([this.registry(reader), import('./process.js')]);
      return `${await own.metrics()}\n${await processRegistry().metrics()}`;
    } finally {
      setTimeout(() => {
        delete this.#texts[reader];
      }, FRESH).unref();
    }
  }
}
