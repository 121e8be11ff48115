/**
 * What a relay counts as it goes along: plain numbers, read when somebody asks for `/metrics`.
 *
 * Nothing here runs for a single delivery. What is counted a frame stands in the ends themselves (`transport/session/observer.ts`)
 * and is added up by `look.ts`; here is what their predecessors left.
 */

import type { LinkKind } from '../../transport/link/link.js';
import type { FanoutObserver, ObservedEnd } from '../../transport/session/observer.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { SelectionsFull } from '../../transport/session/signal-feed.js';
import { closeCode } from '../../transport/wire/codes.js';
import { WireError } from '../../transport/wire/errors.js';
import type { WelcomeMessage } from '../../transport/wire/messages.js';
import { Log } from '../log.js';
import { Counts } from './counts.js';
import { Spread } from './spread.js';

/** Bounds of the histograms, ms. */
const TIMES = [5, 10, 25, 50, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000, 10_000];

/** What an end is there for: a viewer or a source over a kind of link, or another relay. */
export type Way = LinkKind | 'relay';

export const wayOf = ({ link, relay }: Pick<ObservedEnd, 'link' | 'relay'>): Way => (relay ? 'relay' : link.kind);

/** What went one way. */
export class Sent {
  tiles = 0;
  signals = 0;
  bytes = 0;
  conflated = 0;

  add({ outbox, signals, bytesSent }: ObservedEnd): void {
    this.tiles += outbox.frames;
    this.signals += signals.frames;
    this.bytes += bytesSent;
    this.conflated += outbox.conflated;
  }
}

/** What came from sources one way. */
export class Taken {
  frames = 0;
  bytes = 0;

  add({ framesOfState, bytes }: ReceiverEnd): void {
    this.frames += framesOfState;
    this.bytes += bytes;
  }
}

/** Who ended a socket. */
export type Closer = 'relay' | 'peer';

export class Tally implements FanoutObserver {
  /** From sending a frame to its ack, ms. */
  readonly age = new Spread(TIMES);
  /** How long the oldest frame of a viewer waits for its ack, ms. */
  readonly lag = new Spread(TIMES);
  readonly joins = { full: 0, merged: 0, none: 0 };
  readonly evictions = new Counts(['reason']);
  readonly closes = new Counts(['room', 'by', 'reason']);
  readonly refusals = new Counts(['reason']);
  readonly commands = { done: 0, refused: 0 };
  /** Messages of other relays that could not be taken. */
  strange = 0;
  /** Of viewers and sources that have gone. */
  readonly sent: Partial<Record<Way, Sent>> = {};
  readonly taken: Partial<Record<Way, Taken>> = {};

  constructor(
    /** What is rare enough to be told is told here. */
    readonly log = new Log(),
  ) {}

  began(resume: WelcomeMessage['resume']): void {
    this.joins[resume]++;
  }

  acked(ms: number, end: ObservedEnd): void {
    // Those within this process have no way to go, and relays tell of their own viewers.
    if (wayOf(end) === 'websocket') this.age.note(ms);
  }

  waited(ms: number, end: ObservedEnd): void {
    if (wayOf(end) === 'websocket') this.lag.note(ms);
  }

  closed(code: number, why: string | undefined): void {
    const { name } = closeCode(code);
    if (!FRIENDLY.has(name)) this.evictions.add(why ?? name);
  }

  /**
   * Somebody was refused: counted by reason, and told, so many times a second for each reason.
   * @param reason a word of a fixed choice; null where it was counted already
   * @param kind what such lines are counted by, if that is not the reason
   */
  refused(reason: string | null, message: string, fields: object, kind = reason ?? ''): void {
    if (reason !== null) this.refusals.add(reason);
    this.log.write('warn', message, { reason: reason ?? kind, ...fields }, `${message} (${kind})`);
  }

  gone(end: ObservedEnd): void {
    (this.sent[wayOf(end)] ??= new Sent()).add(end);
  }

  /** Counts what becomes of a command, and hands it on. */
  command(outcome: Promise<void>): Promise<void> {
    outcome.then(
      () => this.commands.done++,
      () => this.commands.refused++,
    );
    return outcome;
  }

  /** A message was too much for us. What is wrong with the message is its sender's to hear; all else is ours. */
  bad(error: Error): void {
    if (error instanceof SelectionsFull) this.refusals.add('selections');
    if (!(error instanceof WireError)) this.log.write('error', 'internal error', { err: error });
  }

  /** What came from another relay, or from whoever can write to the bus, could not be taken. */
  badBus(error: Error): void {
    this.strange++;
    this.log.write('warn', 'a message of another relay was dropped', { err: error });
  }

  sourceGone(end: ReceiverEnd, way: Way): void {
    (this.taken[way] ??= new Taken()).add(end);
  }
}

/** Ends that nobody is to blame for. */
const FRIENDLY = new Set(['normal', 'going-away', 'restart']);
