/** Of which generation a picture of the world is: versions count edits, too. */

/** Pictures are taken every few seconds: edits before so many others are older than the one that is kept. */
const MOST = 10_000;

export interface Edited {
  /** Of the stream in which the world is seen. */
  epoch: number;
  /** The world's, just then. */
  version: number;
  /** Of the versions up to this one, how many were no generations. */
  edits: number;
}

export class Edits {
  /** Of one epoch, ascending. */
  #notes: Edited[] = [];

  note(edited: Edited): void {
    if (this.#notes[0]?.epoch !== edited.epoch) this.#notes = [];
    this.#notes.push(edited);
    if (this.#notes.length > MOST) this.#notes.shift();
  }

  generationAt(version: number): number {
    const [first] = this.#notes;
    const { edits } = this.#notes.findLast((note) => note.version <= version) ?? first ?? { edits: 0 };
    return Math.max(0, version - edits);
  }
}
