/**
 * Commands handed on over one link, each until its answer has come, or none will. They end with the link: whoever gave them
 * is told so, and may send them again. (A receiver keeps its own over all links: `commands.ts`.)
 */

import type { ControlCommand, ControlMessage, ControlReplyMessage } from '../wire/messages.js';
import { CommandRefused } from './command-refused.js';
import { after, type Timer } from './timer.js';

/** How long each waits for its answer, ms. */
const PATIENCE = 10_000;
/** Commands of all viewers of a relay together that a source has not answered. */
const MOST = 4096;

/** A command as it is handed on: with its place in the count of its own session, but without a number on this link. */
export type HandedOnCommand = ControlCommand & Pick<ControlMessage, 'token' | 'after' | 'desk' | 'from'>;

interface Pending {
  resolve(): void;
  reject(error: Error): void;
  timer: Timer;
}

export class HandedOn {
  #id = 0;
  readonly #pending = new Map<number, Pending>();

  constructor(readonly send: (message: ControlMessage) => void) {}

  /** Resolves when the source has done it; rejects with `CommandRefused`. */
  give(command: HandedOnCommand): Promise<void> {
    if (this.#pending.size >= MOST)
      return Promise.reject(new CommandRefused('too many commands wait for an answer', true));
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const timer = after(PATIENCE, () => this.#lose(id, 'the source did not answer'));
      this.#pending.set(id, { resolve, reject, timer });
      this.send({ ...command, id });
    });
  }

  answered({ id, ok, reason = 'refused', retry, lost }: ControlReplyMessage): void {
    const command = this.#taken(id);
    if (ok) command?.resolve();
    else command?.reject(new CommandRefused(reason, retry, lost));
  }

  /** No answer can come any more. */
  loseAll(): void {
    for (const id of [...this.#pending.keys()]) this.#lose(id, 'the connection was lost before an answer came');
  }

  #lose(id: number, reason: string): void {
    this.#taken(id)?.reject(new CommandRefused(reason, true, true));
  }

  #taken(id: number): Pending | undefined {
    const command = this.#pending.get(id);
    this.#pending.delete(id);
    command?.timer.stop();
    return command;
  }
}
