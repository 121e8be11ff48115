/**
 * Signals by plain HTTP, so that `curl`, a shell script or Python can be a source or a receiver of any channel.
 *
 * `POST /channels/{c}/signals` with a JSON object sets these signals, all or none; others stay. The relay itself is then
 * the source of that channel (`relay/posted-source.ts`), one for all who post to it, and the later request wins. It stays as
 * long as it is posted to, and `postedMs` more, or until `DELETE`. Where a WebSocket source has the channel: 409; `?merge`
 * shares a channel whose sources share it. 200 with `{ version, changed }` once the channel holds the values.
 *
 * `GET` answers with the values of now, as one object. If nobody watches, the source may rest, so it is woken first (at most
 * two seconds; `?cached` does not wait). 404 where there is neither a source nor anything it left.
 *
 * `GET` with `Accept: text/event-stream` or `?sse` follows the channel as a viewer (`stream.ts`).
 *
 * Any page may do all of this, as any page may open `/peer` and `/stream`: an origin proves nothing of who asks, and a page
 * that is to embed a channel from elsewhere is what the relay is for. To publish, one needs the relay's `publishToken` where
 * there is one. No cookie counts, and a form cannot post JSON.
 */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Bucket } from '../../../transport/session/bucket.js';
import { AddressRate } from '../../address-rate.js';
import type { Authority } from '../../auth/authority.js';
import type { Admission } from '../../auth/grant.js';
import { tokenInHeader, tokenInUrl } from '../../auth/shown.js';
import { TokenRefusal } from '../../auth/token-refusal.js';
import { CHANNEL_NAME_RULE, channelName } from '../../channel-name.js';
import { addressOf, type Connections } from '../../connections.js';
import type { ResolvedOptions } from '../../options.js';
import { mayPublish } from '../../publish-token.js';
import type { Hub } from '../../relay/hub.js';
import { WHO } from '../../sockets.js';
import { isUnchanged } from '../negotiate.js';
import type { Refusals } from '../refusals.js';
import { ALWAYS, sendBody, sendJson, sendNothing } from '../respond.js';
import { hashNames, markOf, namesIn } from './mark.js';
import { Problem, sendProblem, toProblem } from './problem.js';
import { readQuery, type SignalQuery } from './query.js';
import { ObjectReader } from './read-object.js';
import { SignalStream } from './stream.js';
import { Wake } from './wake.js';

const PATH = /^\/channels\/([^/]*)\/signals$/;
const METHODS = 'GET, HEAD, POST, DELETE, OPTIONS';
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Retry-After, X-MPL-Age, X-MPL-State',
};
const PREFLIGHT = {
  ...CORS,
  Allow: METHODS,
  'Access-Control-Allow-Methods': METHODS,
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-None-Match, Last-Event-ID',
  'Access-Control-Max-Age': '7200',
};

export class SignalRequests {
  readonly #rate: AddressRate;
  readonly #reader: ObjectReader;
  readonly #wake: Wake;
  readonly #streams = new Set<SignalStream>();
  #closed = false;

  constructor(
    readonly options: ResolvedOptions,
    readonly hub: Hub,
    readonly connections: Connections,
    /** Who may do what; null on an open relay. */
    readonly authority: Authority | null,
    readonly refusals: Refusals,
  ) {
    this.#rate = new AddressRate(options.requestRate);
    this.#reader = new ObjectReader(options.postBytes, options.helloMs);
    this.#wake = new Wake(hub);
  }

  /** Answers and returns true if `path` is that of a channel's signals. */
  answer(req: IncomingMessage, res: ServerResponse, path: string): boolean {
    const found = PATH.exec(path);
    if (found === null) return false;
    this.#answer(req, res, found[1]!).catch((error: unknown) => {
      if (res.headersSent || res.destroyed) res.destroy();
      else sendProblem(req, res, toProblem(error), CORS, this.refusals);
    });
    return true;
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) stream.close();
  }

  async #answer(req: IncomingMessage, res: ServerResponse, segment: string): Promise<void> {
    if (req.method === 'OPTIONS') return sendNothing(res, 204, PREFLIGHT);
    if (!this.#rate.take(addressOf(req, this.options.trustProxy))) {
      throw new Problem(429, 'too many requests from this address; try again in a second', { 'Retry-After': '1' });
    }
    if (this.#closed) {
      const headers = { 'Retry-After': '5', Connection: 'close' };
      throw new Problem(503, 'the relay is closing', headers, undefined, { told: true });
    }
    const channel = channelName(segment);
    if (channel === null) throw new Problem(404, `a channel name is ${CHANNEL_NAME_RULE}`);
    const wrong = tokenInUrl(req.url ?? '');
    if (wrong !== null) throw new Problem(400, wrong);
    const query = readQuery(req.url ?? '', this.options.maxSelect);
    switch (req.method) {
      case 'GET':
      case 'HEAD': {
        const admission = await this.authority?.admit('subscribe', channel, tokenInHeader(req), this.#identify(req));
        const stream = query.sse || /\btext\/event-stream\b/i.test(req.headers.accept ?? '');
        return stream
          ? this.#stream(req, res, channel, query, admission)
          : this.#get(req, res, channel, query, admission?.bucket ?? null);
      }
      case 'POST':
        return this.#post(req, res, channel, query);
      case 'DELETE':
        return this.#delete(req, res, channel);
      default:
        throw new Problem(405, `only ${METHODS}`, { Allow: METHODS });
    }
  }

  async #post(req: IncomingMessage, res: ServerResponse, name: string, { merge }: SignalQuery): Promise<void> {
    await this.#checkPublisher(req, name);
    const address = addressOf(req, this.options.trustProxy);
    const posted = await this.hub.posted.post(name, await this.#reader.read(req), merge, address);
    const visitor = this.refusals.visitor(req);
    this.refusals.tally.log.write('debug', 'signals were posted', { channel: name, ...visitor });
    sendJson(req, res, 200, posted, CORS);
  }

  async #delete(req: IncomingMessage, res: ServerResponse, name: string): Promise<void> {
    await this.#checkPublisher(req, name);
    if (await this.hub.posted.end(name)) return sendNothing(res, 204, CORS);
    throw new Problem(404, `nothing was posted to the channel "${name}", or it has ended already`);
  }

  async #get(
    req: IncomingMessage,
    res: ServerResponse,
    name: string,
    query: SignalQuery,
    bucket: Bucket | null,
  ): Promise<void> {
    checkPaid(bucket);
    const here = this.hub.find(name);
    const channel = here ?? (await this.hub.seek(name));
    // What is at another relay is not held here before somebody watches.
    if (channel && (!query.cached || !here)) await this.#wake.wake(channel);
    const table = channel?.signals ?? null;
    const state = channel?.fanout.state;
    if (channel === undefined || (table === null && state !== 'live')) {
      throw new Problem(404, `nobody publishes the channel "${name}" yet`);
    }
    const entries = (table && namesIn(table, query.select).map((one) => table.entry(one)!)) ?? [];
    const newest = entries.reduce((most, { stamp }) => Math.max(most, stamp), 0);
    const names = hashNames(entries.map(({ spec }) => spec.name));
    const headers: OutgoingHttpHeaders = {
      ...CORS,
      // Old at once, but worth asking for by its tag.
      'Cache-Control': 'no-cache',
      Vary: 'Accept',
      ETag: `"${markOf(table?.epoch ?? 0, newest, names)}"`,
      'X-MPL-State': state,
      ...(table && { 'X-MPL-Age': Math.round(channel.signalAge) }),
    };
    if (isUnchanged(req.headers['if-none-match'], headers.ETag as string)) return sendNothing(res, 304, headers);
    const values = entries.filter(({ stamp }) => stamp >= 0);
    const text = values.map((entry) => `${JSON.stringify(entry.spec.name)}:${entry.text}`).join(',');
    const body = Buffer.from(`{${text}}\n`);
    if (req.method === 'GET') {
      // Others may have been answered while the source was woken.
      checkPaid(bucket);
      bucket?.took(body.length);
    }
    sendBody(req, res, 200, 'application/json; charset=utf-8', body, headers);
  }

  #stream(req: IncomingMessage, res: ServerResponse, name: string, query: SignalQuery, admission?: Admission): void {
    const headers = {
      ...ALWAYS,
      ...CORS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Proxies that gather, compress or change what passes through would hold events back.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      Vary: 'Accept',
    };
    if (req.method === 'HEAD') return sendNothing(res, 200, headers);
    const leave = this.connections.enter(req, 'events');
    if (typeof leave !== 'function') {
      throw new Problem(leave.status, leave.reason, { 'Retry-After': '1' }, undefined, { told: true });
    }
    res.once('close', leave);
    const lastId = req.headers['last-event-id'];
    for (const [header, value] of Object.entries(headers)) res.setHeader(header, value);
    const address = addressOf(req, this.options.trustProxy);
    let stream: SignalStream;
    try {
      stream = new SignalStream(
        this.hub,
        name,
        res,
        query,
        Array.isArray(lastId) ? lastId[0] : lastId,
        address,
        admission,
      );
    } catch (error) {
      // It was only about to become a stream.
      for (const header of Object.keys(headers)) res.removeHeader(header);
      throw error;
    }
    this.#streams.add(stream);
    // Who has lost the right is told so when it comes back.
    const check = () =>
      this.authority?.admit('subscribe', name, tokenInHeader(req)).catch((error) => {
        if (error instanceof TokenRefusal) stream.close();
      });
    const off = this.authority?.onkeys(() => void check());
    const { log } = this.refusals.tally;
    const visit = { room: 'events', channel: name, ...this.refusals.visitor(req) };
    log.write('debug', `${WHO.events} came`, visit);
    res.once('close', () => {
      log.write('debug', `${WHO.events} left`, visit);
      this.#streams.delete(stream);
      off?.();
    });
  }

  #identify(req: IncomingMessage): (subject: string) => void {
    return (subject) => this.refusals.identify(req, subject);
  }

  /** @throws Refusal if this relay asks who publishes for a token, and this request does not show the right one */
  async #checkPublisher(req: IncomingMessage, channel: string): Promise<void> {
    const shown = tokenInHeader(req);
    if (this.authority) return void (await this.authority.admit('publish', channel, shown, this.#identify(req)));
    if (mayPublish(this.options.publishToken, shown)) return;
    const why = shown === undefined ? 'and none was shown' : 'and this is not the right one';
    throw new TokenRefusal(
      shown === undefined ? 'missing' : 'invalid',
      `this relay asks who publishes for a token, ${why}`,
    );
  }
}

/**
 * An answer goes out whole; the next one, once it is paid for.
 * @throws Problem that says when that is
 */
function checkPaid(bucket: Bucket | null): void {
  const wait = bucket?.wait ?? 0;
  if (wait === 0) return;
  const headers = { 'Retry-After': `${Math.ceil(wait / 1000)}` };
  throw new Problem(429, 'the token is for fewer bytes a second than that ("maxBps")', headers);
}
