/** Commands that can be told apart afterwards, and the account of what became of each. */

import type { Host } from './host.js';
import type { Random } from './random.js';
import type { Viewer } from './stage.js';
import { sleep } from './until.js';

/** Cells across the world that is drawn on. */
export const SIDE = 512;
/** Of those that nobody can know about (no answer for ten seconds), how many are too many. */
const UNKNOWN = 0.02;

/** Everybody draws cells of their own, one after the other: a command is known by its cell. */
export class Drawing {
  readonly acked = new Set<string>();
  readonly refused = new Map<string, string>();
  /** And why. */
  readonly unknown = new Map<string, string>();
  given = 0;
  /** Of each viewer. */
  readonly answered: number[];

  constructor(
    readonly viewers: readonly Viewer[],
    readonly random: Random,
  ) {
    this.answered = viewers.map(() => 0);
  }

  /** Each gives so many commands, with pauses up to so many ms between, and waits for all answers. */
  async run(count: number, pause: number): Promise<void> {
    await Promise.all(this.viewers.map((viewer, who) => this.#draw(viewer, who, count, pause)));
  }

  async #draw({ receiver }: Viewer, who: number, count: number, pause: number): Promise<void> {
    const answers: Promise<void>[] = [];
    for (let n = 0; n < count; n++) {
      const cell = `${n % SIDE},${who * 16 + Math.floor(n / SIDE)}`;
      this.given++;
      const cells = cell.split(',').map(Number);
      const answer = receiver.command({ command: 'draw', alive: true, cells }).then(
        () => void this.acked.add(cell),
        (error: Error) => {
          if (/may have been|was lost|no answer/.test(error.message)) this.unknown.set(cell, error.message);
          else this.refused.set(cell, error.message);
        },
      );
      answers.push(answer.then(() => void this.answered[who]!++));
      // So many may be without an answer at a time.
      if (answers.length % 200 === 0) await Promise.all(answers);
      await sleep(this.random.int(pause));
    }
    await Promise.all(answers);
  }

  /**
   * @param most share of commands of which nobody may know whether they were carried out
   * @throws Error unless the host did each once that it said it did, none that it refused, and all in order
   */
  check(host: Host, most = UNKNOWN): string {
    const times = new Map<string, number>();
    const last = new Map<string, number>();
    for (const command of host.done) {
      if (command.command !== 'draw') continue;
      const [x, y] = command.cells as [number, number];
      times.set(`${x},${y}`, (times.get(`${x},${y}`) ?? 0) + 1);
      const who = String(Math.floor(y / 16));
      const n = (y % 16) * SIDE + x;
      if (n <= (last.get(who) ?? -1)) throw new Error(`command ${n} of viewer ${who} came after ${last.get(who)}`);
      last.set(who, n);
    }
    for (const [cell, n] of times) if (n > 1) throw new Error(`a command was carried out ${n} times (${cell})`);
    for (const cell of this.acked) if (!times.has(cell)) throw new Error(`said to be done, and was not: ${cell}`);
    for (const [cell, why] of this.refused) {
      if (times.has(cell)) throw new Error(`refused, and carried out: ${cell} (${why})`);
    }
    const { acked, refused, unknown, given } = this;
    if (acked.size + refused.size + unknown.size !== given) throw new Error('commands without an answer');
    if (unknown.size > given * most) {
      const why = [...new Set(unknown.values())].slice(0, 3).join('; ');
      throw new Error(`of ${unknown.size} of ${given} commands nobody knows: ${why}`);
    }
    if (refused.size > 0) throw new Error(`${refused.size} were refused: ${[...refused.values()][0]}`);
    return `${given} commands, ${acked.size} done once, ${unknown.size} without an answer`;
  }
}
