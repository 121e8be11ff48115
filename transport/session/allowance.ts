/** What one receiver may ask for, a second. */

import { CLOSE } from '../wire/codes.js';
import { WireError } from '../wire/errors.js';
import { MAX_SELECT } from '../wire/signals.js';
import { RateLimit } from './rate.js';
import { take } from './too-fast.js';

/** Each a number a second; more may come at once. */
export interface Allowances {
  /** Commands before they are refused. Default 1000. */
  commandsPerSecond?: number;
  /** Messages of any kind, but acks that are due. Default 100. */
  messagesPerSecond?: number;
  /** Subscriptions: each may cost a look at every tile. Default 5. */
  subscriptionsPerSecond?: number;
  /** Those of them that are answered with a keyframe: the whole picture. Default 1. */
  keyframesPerSecond?: number;
  /** Signals that it may select by their names, not a second but in all. Default 4096. */
  maxSelect?: number;
}

/** Changes of a window, or of rights: they cost little. */
const UPDATES = 20;
/** Requests to steer, or to let go of it, of which all are told; and at once. */
const TURNS = 5;
const TURNS_BURST = 30;
/** So many seconds' worth may come at once, of what a page that loads or wakes up asks for in a burst. */
const SUBSCRIPTION_BURST = 6;
const KEYFRAME_BURST = 10;

export class Allowance {
  readonly #commands: RateLimit;
  readonly #turns = new RateLimit(TURNS, TURNS_BURST);
  readonly #messages: RateLimit;
  readonly #subscriptions: RateLimit;
  readonly #updates = new RateLimit(UPDATES);
  readonly #keyframes: RateLimit;
  readonly #select: number;

  constructor({
    commandsPerSecond = 1000,
    messagesPerSecond = 100,
    subscriptionsPerSecond = 5,
    keyframesPerSecond = 1,
    maxSelect = MAX_SELECT,
  }: Allowances) {
    this.#commands = new RateLimit(commandsPerSecond);
    this.#messages = new RateLimit(messagesPerSecond);
    this.#subscriptions = new RateLimit(subscriptionsPerSecond, subscriptionsPerSecond * SUBSCRIPTION_BURST);
    this.#keyframes = new RateLimit(keyframesPerSecond, keyframesPerSecond * KEYFRAME_BURST);
    this.#select = maxSelect;
  }

  /** Commands over it are refused, which is an answer too. */
  command(): boolean {
    return this.#commands.take();
  }

  /** One that asks to steer, or lets go of it, is refused over this, too. */
  turn(): boolean {
    return this.#turns.take();
  }

  /** One that will come again did not count. */
  refundCommand(): void {
    this.#commands.refund();
  }

  /** @throws WireError for one too many, as do those below */
  message(): void {
    take(this.#messages, 'messages');
  }

  subscription(): void {
    take(this.#subscriptions, 'subscriptions');
  }

  update(): void {
    take(this.#updates, 'updates of a subscription');
  }

  keyframe(): void {
    take(this.#keyframes, 'keyframes');
  }

  select(names: number): void {
    if (names <= this.#select) return;
    const why = `${names} signals are selected, and this relay takes ${this.#select} (maxSelect): select fewer, or all`;
    throw new WireError(why, CLOSE.forbidden.code);
  }
}
