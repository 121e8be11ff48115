/** What one source may cost whoever receives it, a second. */

import type { FrameName } from '../wire/types.js';
import { RateLimit } from './rate.js';
import { take, tooFast } from './too-fast.js';

/** Each a number a second; twice as many may come at once. */
export interface SourceAllowances {
  /** Frames of state, of how it stands, and answers. Default 5000. */
  framesPerSecond?: number;
  /** Messages of all other kinds. Default 100. */
  messagesPerSecond?: number;
  /** Bytes, of what is compressed those that come of it. Default 128 MiB. */
  bytesPerSecond?: number;
}

/** Names of signals, where they are others: each makes a table anew, of thousands of entries. */
const SCHEMAS = 5;
const SCHEMA_BURST = 50;

/** Made as a source makes them, as often as its world changes or somebody asks for something. */
const FRAMES: ReadonlySet<FrameName> = new Set<FrameName>([
  'GridTiles',
  'GridMeta',
  'GridReset',
  'SignalSync',
  'SignalDiff',
  'Status',
  'ControlState',
  'ControlReply',
  'Introduce',
]);

/** All of it throws `WireError` for one too many. */
export class SourceAllowance {
  readonly #frames: RateLimit;
  readonly #messages: RateLimit;
  readonly #bytes: RateLimit;
  readonly #schemas = new RateLimit(SCHEMAS, SCHEMA_BURST);

  constructor({
    framesPerSecond = 5000,
    messagesPerSecond = 100,
    bytesPerSecond = 128 * 2 ** 20,
  }: SourceAllowances = {}) {
    this.#frames = new RateLimit(framesPerSecond);
    this.#messages = new RateLimit(messagesPerSecond);
    this.#bytes = new RateLimit(bytesPerSecond);
  }

  /** A message has come. */
  heard(type: FrameName): void {
    if (FRAMES.has(type)) take(this.#frames, 'frames');
    else take(this.#messages, 'messages');
  }

  /** So many bytes have come, or have come of what was compressed. */
  bytes(count: number): void {
    if (!this.#bytes.spend(count)) tooFast(this.#bytes, 'bytes');
  }

  /** Other names of signals have come. */
  schema(): void {
    take(this.#schemas, 'changes of what signals there are');
  }
}
