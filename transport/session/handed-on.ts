/**
 * Commands handed on over one link, each until its answer has come, or none will. They end with the link: whoever gave them
 * is told so, and may send them again. (A receiver keeps its own over all links: `commands.ts`.)
 */

import { encodeFrame } from '../wire/frame.js';
import type { ControlCommand, ControlMessage, ControlReplyMessage } from '../wire/messages.js';
import { control } from '../wire/session.js';
import { CommandRefused } from './command-refused.js';
import { after, type Timer } from './timer.js';

/** How long each waits for its answer, ms. */
const PATIENCE = 10_000;
/** Commands of all viewers of a relay together that a source has not answered. */
const MOST = 4096;
/** And bytes of them. */
const MOST_BYTES = 8 * 2 ** 20;

/** A command as it is handed on: with its place in the count of its own session, but without a number on this link. */
export type HandedOnCommand = ControlCommand & Pick<ControlMessage, 'token' | 'after' | 'desk' | 'from'>;

interface Pending {
  bytes: number;
  resolve(): void;
  reject(error: Error): void;
  timer: Timer;
}

export class HandedOn {
  #id = 0;
  #bytes = 0;
  readonly #pending = new Map<number, Pending>();

  /** @param full what was sent before is not read */
  constructor(
    readonly send: (frame: Uint8Array) => void,
    readonly full: () => boolean,
  ) {}

  /** Resolves when the source has done it; rejects with `CommandRefused`. */
  give(command: HandedOnCommand): Promise<void> {
    if (this.full()) return Promise.reject(new CommandRefused('the source does not read what it is told', true));
    if (this.#pending.size >= MOST || this.#bytes >= MOST_BYTES)
      return Promise.reject(new CommandRefused('too many commands wait for an answer', true));
    const id = ++this.#id;
    const frame = encodeFrame('Control', control.encode({ ...command, id }));
    this.#bytes += frame.length;
    return new Promise((resolve, reject) => {
      const timer = after(PATIENCE, () => this.#lose(id, 'the source did not answer'));
      this.#pending.set(id, { bytes: frame.length, resolve, reject, timer });
      this.send(frame);
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
    if (command === undefined) return undefined;
    this.#pending.delete(id);
    this.#bytes -= command.bytes;
    command.timer.stop();
    return command;
  }
}
