/**
 * Where a source's commands come in. Copies of one command may come over several links, early and late; the desk knows it by
 * its session and its id, has it carried out once, in the order of its session, and gives every copy the same answer.
 */

import type { ControlMessage } from '../wire/messages.js';
import { CommandRefused } from './command-refused.js';

/** Sessions remembered. */
const SESSIONS = 1024;
/** Outcomes remembered of each: as many commands as a receiver has without an answer, at most. */
const OUTCOMES = 256;
/** A session that was silent for so long, ms, has no copy on its way any more. */
const SILENT = 60_000;

interface Outcome {
  answer: Promise<void>;
  settled: boolean;
}

interface Session {
  /** The highest id taken. */
  last: number;
  /** When it was heard last. */
  at: number;
  running: number;
  outcomes: Map<number, Outcome>;
}

/** A command as it came, by the count of its session. */
export type Numbered = Pick<ControlMessage, 'id' | 'after' | 'desk'>;

export class Desk {
  /** Tells this desk from that of another source, or of the same after it began anew. */
  readonly number = crypto.getRandomValues(new Uint32Array(1))[0]!;
  readonly #sessions = new Map<string, Session>();

  /** Sessions remembered now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /**
   * Takes a copy of a command: carries it out, or gives the answer that an earlier copy got, or will get.
   * @param session who gave it: public id and secret
   * @param check throws where it is not granted; such a command is not remembered
   * @param run carries it out; throws, or rejects, with the reason where it cannot be done
   * @param lend it is about to be carried out; what this throws is not remembered either
   */
  async take(
    session: string,
    { id, after, desk }: Numbered,
    check: () => void,
    run: () => unknown,
    lend: () => void = () => {},
  ): Promise<void> {
    if (desk !== undefined && desk !== this.number) throw new CommandRefused('the source began anew', true);
    const before = this.#sessions.get(session);
    const known = before?.outcomes.get(id);
    if (known) {
      before!.at = performance.now();
      return known.answer;
    }
    check();
    const last = before?.last ?? 0;
    if (id <= last) throw new Error('it came too late: commands that were given after it have been carried out');
    if (after !== undefined && after > last) throw new CommandRefused('the command before it has not come yet', true);
    if (before && before.running >= OUTCOMES) throw new CommandRefused('too many commands wait for their turn', true);
    if (!before) this.#makeRoom();
    lend();
    return this.#carryOut(before ?? this.#add(session), session, id, run);
  }

  #carryOut(entry: Session, session: string, id: number, run: () => unknown): Promise<void> {
    // The one that is used goes to the end: the first is the one that was silent longest.
    this.#sessions.delete(session);
    this.#sessions.set(session, entry);
    entry.at = performance.now();
    entry.last = id;
    entry.running++;
    // It begins within this turn: what comes next, comes after it.
    const answer = new Promise<void>((resolve) => resolve(run() as Promise<void>)).then(() => {});
    const outcome = { answer, settled: false };
    const settle = (): void => {
      outcome.settled = true;
      entry.running--;
    };
    answer.then(settle, settle);
    entry.outcomes.set(id, outcome);
    if (entry.outcomes.size > OUTCOMES) {
      for (const [old, { settled }] of entry.outcomes) {
        if (!settled) continue;
        entry.outcomes.delete(old);
        break;
      }
    }
    return answer;
  }

  #add(session: string): Session {
    const entry: Session = { last: 0, at: performance.now(), running: 0, outcomes: new Map() };
    this.#sessions.set(session, entry);
    return entry;
  }

  /** @throws CommandRefused where there are too many already, of which copies may still come */
  #makeRoom(): void {
    if (this.#sessions.size < SESSIONS) return;
    const now = performance.now();
    for (const [session, { at, running }] of this.#sessions) {
      if (running === 0 && now - at >= SILENT) return void this.#sessions.delete(session);
    }
    throw new CommandRefused('too many steer at once; try again soon', true);
  }
}
