/** Keeps a source connected to a relay: announces it, comes back after any loss, and says how it stands. */

import type { Link, LinkClose } from './link/link.js';
import { connectWebSocket } from './link/websocket.js';
import { Backoff } from './session/backoff.js';
import type { SourceEnd } from './session/source-end.js';
import { after, type Timer } from './session/timer.js';
import type { Source } from './source.js';
import { CLOSE, closeCode } from './wire/codes.js';
import { encodeFrame } from './wire/frame.js';
import type { IntroduceMessage, PublishMessage } from './wire/messages.js';
import { introduce, publish } from './wire/session.js';

export type UplinkStatus = 'connecting' | 'live' | 'reconnecting' | 'failed';

export interface UplinkOptions {
  /** `ws(s)://relay/peer/{channel}` */
  url: string;
  /** Who shows this secret again may take the channel back at once. 16..64 characters; keep it over a reload. */
  claim: string;
  /** The right to publish, where the relay asks for one. */
  token?: string | undefined;
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
  reconnects = 0;

  readonly #backoff = new Backoff();
  #peer: { peer: string; maxPeers: number } | null = null;
  #end: SourceEnd | null = null;
  #retry: Timer | null = null;
  #connecting = false;
  /** A page that was reloaded begins above where it left off. */
  #attempt = Date.now();
  #stopped = false;

  constructor(
    readonly source: Source,
    readonly options: UplinkOptions,
  ) {
    const { onends } = source.fanout;
    source.fanout.onends = () => {
      onends?.();
      this.#noteLive();
    };
    source.fanout.onintroduce = (message, end) => {
      if (end === this.#end) options.onintroduce?.(message);
    };
    void this.#connect();
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
    if (this.#end !== null || this.#connecting || this.#stopped) return;
    this.#retry?.stop();
    this.#retry = null;
    void this.#connect();
  }

  /** Comes back after `close`. */
  open(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    if (!this.#connecting) void this.#connect();
  }

  /** Leaves the channel, for others or for itself. */
  close(): void {
    this.#stopped = true;
    this.#retry?.stop();
    this.#end?.close(CLOSE.normal.code, 'the source has left');
    this.#end = null;
  }

  async #connect(): Promise<void> {
    let link: Link;
    this.#connecting = true;
    this.#attempt++;
    try {
      link = await (this.options.connect ?? connectWebSocket)(this.options.url);
    } catch (error) {
      if (!this.#stopped) this.#later((error as Error).message, true);
      return;
    } finally {
      this.#connecting = false;
    }
    if (this.#stopped) return link.close();
    this.#backoff.opened();
    const end = this.source.attach(link);
    this.#end = end;
    const { onclose } = link;
    link.onclose = (event) => {
      onclose?.(event);
      this.#closed(end, event);
    };
    this.#announce(end);
  }

  #announce(end: SourceEnd): void {
    const { claim, token, merge } = this.options;
    const message: PublishMessage = { protocol: 1, claim, attempt: this.#attempt, ...this.#peer };
    if (token) message.token = token;
    if (merge) message.merge = merge;
    end.send(encodeFrame('Publish', publish.encode(message)));
  }

  /** A relay that subscribes has taken the source in. */
  #noteLive(): void {
    if (this.#end?.active && this.status !== 'live') this.#set('live', '');
  }

  #closed(end: SourceEnd, event: LinkClose): void {
    if (this.#end !== end) return;
    this.#end = null;
    if (this.#stopped) return;
    this.#backoff.closed();
    const known = closeCode(event.code);
    this.#later(event.reason || known.meaning, known.retry, event.code === CLOSE.taken.code);
  }

  #later(reason: string, retry: boolean, failed = false): void {
    this.#set(failed || !retry ? 'failed' : 'reconnecting', reason);
    if (!retry) return;
    this.reconnects++;
    this.#retry = after(this.#backoff.next(), () => {
      this.#retry = null;
      void this.#connect();
    });
  }

  #set(status: UplinkStatus, reason: string): void {
    this.status = status;
    this.reason = reason;
    this.options.onstatus?.(status, reason);
  }
}
