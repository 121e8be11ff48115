/** `GET /metrics`, for Prometheus. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { sendBody, sendText } from '../http/respond.js';
import { mayPublish as matches } from '../publish-token.js';
import type { Measured } from './registry.js';

/** An answer is good for so long, ms: to count takes time, and strangers may ask too. */
const FRESH = 200;

export class MetricsEndpoint {
  #registry: Promise<Registry> | null = null;
  #text: Promise<string> | null = null;

  constructor(
    readonly measured: Measured,
    /** Whoever asks has to show this, if it is set. */
    readonly token: string | undefined,
  ) {}

  /** The metrics of the relay alone, without those of the process. */
  registry(): Promise<Registry> {
    // Loaded when first asked for: most relays on somebody's desk never are.
    this.#registry ??= import('./registry.js').then(({ createRegistry }) => createRegistry(this.measured));
    return this.#registry;
  }

  /** Answers and returns true if `path` is that of the metrics. */
  answer(req: IncomingMessage, res: ServerResponse, path: string): boolean {
    if (path !== '/metrics') return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      sendText(req, res, 405, 'Only GET and HEAD.\n', { Allow: 'GET, HEAD', Connection: 'close' });
      return true;
    }
    const [, shown] = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '') ?? [];
    if (!matches(this.token, shown)) {
      const headers = { 'WWW-Authenticate': 'Bearer realm="mpl metrics"' };
      sendText(req, res, 401, "These metrics ask for a token: -H 'Authorization: Bearer TOKEN'\n", headers);
      return true;
    }
    this.#answer(req, res).catch(() => sendText(req, res, 500, 'The metrics could not be read.\n'));
    return true;
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#text ??= this.#read();
    const text = await this.#text;
    const headers = { 'Cache-Control': 'no-store' };
    sendBody(req, res, 200, 'text/plain; version=0.0.4; charset=utf-8', Buffer.from(text), headers);
  }

  async #read(): Promise<string> {
    try {
      const [own, { processRegistry }] = await Promise.all([this.registry(), import('./process.js')]);
      return `${await own.metrics()}\n${await processRegistry().metrics()}`;
    } finally {
      setTimeout(() => {
        this.#text = null;
      }, FRESH).unref();
    }
  }
}
