/** Gathers painted cells into few commands: a stroke makes hundreds of them a second, and a relay allows 30 commands. */

import type { ControlCommand } from '../../transport/wire/messages.js';

const EVERY = 60;
/** Cells in one command, so that a viewer's message stays well below the 64 KiB a relay takes. */
const MOST = 2_000;
/** Cells that wait for their turn: many a stroke. More come only from where nothing answers. */
const KEPT = 100_000;

export class Brush {
  #strokes: { alive: boolean; cells: number[] }[] = [];
  #kept = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;

  /** @param send carries out one command; when it fails, what waits is thrown away: it would fail too. */
  constructor(readonly send: (command: ControlCommand & { command: 'draw' }) => Promise<void>) {}

  /** Cells as x, y, x, y ... */
  paint(cells: readonly number[], alive: boolean): void {
    if (this.#kept > 2 * KEPT) return;
    this.#kept += cells.length;
    const last = this.#strokes.at(-1);
    if (last?.alive === alive) last.cells.push(...cells);
    else this.#strokes.push({ alive, cells: [...cells] });
    this.#timer ??= setTimeout(() => this.#flush(), EVERY);
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    const stroke = this.#strokes[0];
    if (stroke === undefined || this.#busy) return;
    const cells = stroke.cells.splice(0, 2 * MOST);
    this.#kept -= cells.length;
    if (stroke.cells.length === 0) this.#strokes.shift();
    this.#busy = true;
    try {
      await this.send({ command: 'draw', alive: stroke.alive, cells });
    } catch {
      this.#strokes = [];
      this.#kept = 0;
    }
    this.#busy = false;
    if (this.#strokes.length > 0) this.#timer ??= setTimeout(() => this.#flush(), EVERY);
  }
}
