/** Keeps a source connected to a relay: announces it, comes back after any loss, and says how it stands. */

import type { Link, LinkClose } from './link/link.js';
import { connectWebSocket } from './link/websocket.js';
import { Redial } from './session/redial.js';
import type { SourceEnd } from './session/source-end.js';
import { type TokenSource, Tokens } from './session/tokens.js';
import type { Source } from './source.js';
import { CLOSE, closeCode } from './wire/codes.js';
import { encodeFrame } from './wire/frame.js';
import type { IntroduceMessage, PublishMessage } from './wire/messages.js';
import { introduce, publish } from './wire/session.js';

/** Whoever waits for a channel that another source has looks again this often, ms: it may be free at any moment. */
const TAKEN = 2_000;

export type UplinkStatus = 'connecting' | 'live' | 'reconnecting' | 'failed';

export interface UplinkOptions {
  /** `ws(s)://relay/peer/{channel}` */
  url: string;
  /** Who shows this secret again may take the channel back at once. 16..64 characters; keep it over a reload. */
  claim: string;
  /**
   * The right to publish, where the relay asks for one. A function is asked before each connection and ahead of the end of the
   * token before.
   */
  token?: TokenSource | undefined;
  /** Share the channel with other sources of signals that say so too. */
  merge?: boolean;
  connect?: (url: string) => Promise<Link>;
  onstatus?: (status: UplinkStatus, reason: string) => void;
  /** The relay introduces a viewer. */
  onintroduce?: (message: IntroduceMessage) => void;
}

export class Uplink {
  status: UplinkStatus = 'connecting';
  reason = '';

  readonly #tokens: Tokens;
  readonly #redial = new Redial({
    connect: async () => {
      await this.#tokens.ask();
      return (this.options.connect ?? connectWebSocket)(this.options.url);
    },
    opened: (link) => this.#opened(link),
    waits: (reason) => this.#set(this.#taken ? 'failed' : 'reconnecting', reason),
  });
  #peer: { peer: string; maxPeers: number } | null = null;
  #end: SourceEnd | null = null;
  /** The link was lost because another source has the channel, which it may leave some time. */
  #taken = false;
  /** A page that was reloaded begins above where it left off. */
  #attempt = Date.now();
  #stopped = false;
  /** It was refused for want of a token that counts. */
  #unauthorized = false;
  /** It was refused for good, and does not come back by itself. */
  over = false;

  constructor(
    readonly source: Source,
    readonly options: UplinkOptions,
  ) {
    this.#tokens = new Tokens(options.token, () => this.#showToken());
    const { onends, onstatus } = source.fanout;
    source.fanout.onstatus = (message, end) => {
      onstatus?.(message, end);
      if (end === this.#end) this.#tokens.lasts(message.expires);
    };
    source.fanout.onends = () => {
      onends?.();
      this.#noteLive();
    };
    source.fanout.onintroduce = (message, end) => {
      if (end === this.#end) options.onintroduce?.(message);
    };
    void this.#redial.dial();
  }

  get reconnects(): number {
    return this.#redial.reconnects;
  }

  /** The right to publish. Another one is shown at once, without connecting anew; one that was refused is tried again with it. */
  get token(): TokenSource | undefined {
    return this.#tokens.source;
  }

  set token(token: TokenSource | undefined) {
    this.#tokens.source = token;
  }

  /** This source answers WebRTC offers under this id, for so many viewers. */
  setPeer(peer: string, maxPeers: number): void {
    this.#peer = { peer, maxPeers };
    if (this.#end) this.#announce(this.#end);
  }

  /** The answer to an introduction. */
  introduce(message: IntroduceMessage): void {
    this.#end?.send(encodeFrame('Introduce', introduce.encode(message)));
  }

  /** Tries at once, if it is not connected: it waits to try again, or was refused and something has changed. */
  retryNow(): void {
    if (this.#end === null && !this.#redial.connecting && !this.#stopped) void this.#redial.dial();
  }

  /** Comes back after `close`. */
  open(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    void this.#redial.dial();
  }

  /** Leaves the channel, for others or for itself. */
  close(): void {
    this.#stopped = true;
    this.#redial.stop();
    this.#tokens.rest();
    this.#end?.close(CLOSE.normal.code, 'the source has left');
    this.#end = null;
  }

  #opened(link: Link): void {
    this.#attempt++;
    const end = this.source.attach(link, { relay: true });
    this.#end = end;
    const { onclose } = link;
    link.onclose = (event) => {
      onclose?.(event);
      this.#closed(end, event);
    };
    this.#announce(end);
  }

  #announce(end: SourceEnd): void {
    const { claim, merge } = this.options;
    const { current: token } = this.#tokens;
    const message: PublishMessage = { protocol: 1, claim, attempt: this.#attempt, ...this.#peer };
    if (token) message.token = token;
    if (merge) message.merge = merge;
    end.send(encodeFrame('Publish', publish.encode(message)));
  }

  #showToken(): void {
    if (this.#end) this.#announce(this.#end);
    else if (this.#unauthorized) this.retryNow();
  }

  /** A relay that subscribes has taken the source in. */
  #noteLive(): void {
    if (this.#end?.active && this.status !== 'live') this.#set('live', '');
  }

  #closed(end: SourceEnd, event: LinkClose): void {
    if (this.#end !== end) return;
    this.#end = null;
    if (this.#stopped) return;
    const { meaning, ...known } = closeCode(event.code);
    this.#tokens.rest();
    this.#unauthorized = event.code === CLOSE.unauthorized.code;
    const retry = known.retry || (this.#unauthorized && this.#tokens.refused());
    this.#taken = event.code === CLOSE.taken.code;
    const reason = event.reason || meaning;
    this.#redial.lost(reason, retry, this.#taken ? TAKEN : undefined);
    this.#taken = false;
    this.over = !retry;
    if (!retry) this.#set('failed', reason);
  }

  #set(status: UplinkStatus, reason: string): void {
    this.status = status;
    this.reason = reason;
    this.options.onstatus?.(status, reason);
  }
}
