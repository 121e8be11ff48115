/**
 * A receiver's part in steering its source: the commands that it gives, who steers as the source tells, and its own turn where
 * one does at a time. Whether it may steer is for its owner to say, and over which link for `following.ts`.
 */

import type { ControlCommand, ControlStateMessage } from '../wire/messages.js';
import { Commands } from './commands.js';
import type { ReceiverEnd } from './receiver-end.js';
import { Renewal } from './renewal.js';

const RELEASE = { command: 'controller', action: 'release' } as const;
const LONGEST_NAME = 40;

export class Steering {
  /** What can be steered, and how it stands, as the source told last. */
  control: ControlStateMessage | null = null;
  /** Those that have no answer yet. */
  readonly commands = new Commands();
  /** Who gives the commands, said over each link. */
  readonly identity: { readonly session: string; name?: string } = { session: this.commands.session };
  readonly #renewal: Renewal;

  /**
   * @param ontold the source has told how it stands
   * @param renew asks for the turn again
   */
  constructor(
    name: string | undefined,
    readonly ontold: () => void,
    renew: () => void,
  ) {
    if (name) this.name = name;
    this.#renewal = new Renewal(renew);
  }

  /** The public part of its session. */
  get id(): string {
    return this.commands.id;
  }

  /** What others may call it; of a longer one, the beginning. */
  get name(): string {
    return this.identity.name ?? '';
  }

  set name(name: string) {
    this.identity.name = name.slice(0, LONGEST_NAME);
  }

  /** Does this one steer, where one does at a time? */
  get controlling(): boolean {
    return this.control?.controller?.id === this.id;
  }

  /** Does it wait for its turn to steer? */
  get asking(): boolean {
    return this.control?.asking?.some(({ id }) => id === this.id) === true;
  }

  /** Is somebody there? */
  get present(): boolean {
    return this.#renewal.present;
  }

  set present(present: boolean) {
    this.#renewal.present = present;
  }

  /** Resolves when the source has carried it out; rejects with the reason if it has not, or if that cannot be known. */
  async give(command: ControlCommand & { token?: string }): Promise<void> {
    await this.commands.give(command);
    this.#renewal.done(command);
  }

  /** Commands go over this end now, which may have told more of the source. */
  follow(end: ReceiverEnd | null): void {
    this.commands.follow(end);
    if (end?.controlState && end.controlState !== this.control) this.told(end.controlState);
  }

  told(message: ControlStateMessage): void {
    this.control = message;
    this.commands.atDesk(message.desk);
    this.#renewal.told(this.controlling || this.asking);
    this.ontold();
  }

  /** Does not steer any more, nor wait for it. */
  giveUpTurn(): void {
    if (this.controlling || this.asking) void this.give(RELEASE).catch(() => {});
  }

  /** Gives up its turn, too, while that can still be said. */
  leave(reason: string): void {
    // Who leaves keeps nobody waiting.
    this.giveUpTurn();
    this.commands.giveUp(reason);
    this.#renewal.stop();
  }
}
