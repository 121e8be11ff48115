/**
 * `GET /channels`: what is on. Where there are keys, a name is told to whoever may watch or publish it, and to nobody else: it
 * is shown like any other right, in `Authorization: Bearer`. Without a token the list is empty.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddressRate } from '../address-rate.js';
import type { Authority } from '../auth/authority.js';
import { tokenInHeader, tokenInUrl } from '../auth/shown.js';
import { addressOf } from '../connections.js';
import type { ResolvedOptions } from '../options.js';
import type { ChannelInfo } from '../relay/channel-info.js';
import type { Refusals } from './refusals.js';
import { sendJson } from './respond.js';
import { Problem, sendProblem, toProblem } from './signals/problem.js';

export class ChannelList {
  readonly #rate: AddressRate;

  constructor(
    readonly options: Pick<ResolvedOptions, 'requestRate' | 'trustProxy'>,
    /** Who may do what; null on an open relay. */
    readonly authority: Authority | null,
    readonly channels: () => ChannelInfo[] | Promise<ChannelInfo[]>,
    readonly refusals: Refusals,
  ) {
    this.#rate = new AddressRate(options.requestRate);
  }

  /** @param headers of every answer */
  async answer(req: IncomingMessage, res: ServerResponse, headers: Record<string, string>): Promise<void> {
    try {
      sendJson(req, res, 200, await this.#list(req), headers);
    } catch (error) {
      sendProblem(req, res, toProblem(error), headers, this.refusals);
    }
  }

  async #list(req: IncomingMessage): Promise<ChannelInfo[]> {
    if (this.authority === null) return this.channels();
    const wrong = tokenInUrl(req.url ?? '');
    if (wrong !== null) throw new Problem(400, wrong);
    const token = tokenInHeader(req);
    if (token === undefined) return [];
    // To look at a token takes time, and strangers may ask.
    if (!this.#rate.take(addressOf(req, this.options.trustProxy))) {
      throw new Problem(429, 'too many requests from this address; try again in a second', { 'Retry-After': '1' });
    }
    const sees = await this.authority.sees(token);
    return (await this.channels()).filter(({ name }) => sees(name));
  }
}
