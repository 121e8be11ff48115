/**
 * Whoever counts what fan-outs do: the metrics of a relay.
 *
 * It is told of nothing that happens for every frame. What is counted a frame (frames, bytes, tiles that newer ones took the
 * place of) stands as plain numbers in the ends themselves, to be read when somebody asks, and once more when they go.
 */

import type { Link } from '../link/link.js';
import type { WelcomeMessage } from '../wire/messages.js';

/** What an end has counted. */
export interface ObservedEnd {
  readonly link: Pick<Link, 'kind'>;
  /** Does it stand for those of another relay? */
  readonly relay: boolean;
  readonly bytesSent: number;
  /** Frames of tiles, and changes of tiles that were never sent, because newer ones took their place. */
  readonly outbox: { readonly frames: number; readonly conflated: number };
  /** Frames of signals. */
  readonly signals: { readonly frames: number };
}

export interface FanoutObserver {
  /** A receiver began with the grid, from what it held. */
  began(resume: WelcomeMessage['resume']): void;
  /** An ack came, so many milliseconds after the newest frame that it counts was sent. */
  acked(ms: number, end: ObservedEnd): void;
  /** Told of each receiver four times a second: milliseconds that its oldest frame has waited for an ack; 0 if none does. */
  waited(ms: number, end: ObservedEnd): void;
  /** This side closes a receiver. `why` is a word where one code has several meanings. */
  closed(code: number, why: string | undefined, end: ObservedEnd): void;
  /** A receiver has gone: its numbers are final. */
  gone(end: ObservedEnd): void;
}
