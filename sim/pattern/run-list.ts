/**
 * Living cells as runs, each told by what it differs from the one before: two bytes for most, so that a file of a hundred
 * megabytes takes no more than its text.
 */
import { MemoryError } from '../errors.js';
import { MAX_SIDE } from '../life/grid.js';

/** Bytes that are kept together; the first chunk grows to it by doubling. */
const CHUNK = 2 ** 20;
/** Bytes of a run at most: three numbers of five bytes, a length, a state. */
const MOST = 24;
/** Runs that are visited in one go: a few milliseconds. */
const PIECE = 2 ** 15;

/** Bits of a run's first number; those above are the dead cells since the run before, where that is to its left. */
const OTHER_STATE = 1;
const ELSEWHERE = 2;

/** @throws MemoryError */
function had<T>(make: () => T, bytes: number): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(
      `The pattern needs ${Math.ceil(bytes / 2 ** 20)} MiB more while it is read, which this machine does not give: use a smaller one.`,
    );
  }
}
const room = (length: number): Uint8Array<ArrayBuffer> => had(() => new Uint8Array(length), length);

/** Calls for one run: x and y of its first cell from the top-left corner, its length, and the state of its cells. */
export type VisitRun = (x: number, y: number, length: number, state: number) => void;

/** Runs in the order they are added. Coordinates may be negative until `from` moves them to the corner. */
export class RunList {
  minX = Number.POSITIVE_INFINITY;
  minY = Number.POSITIVE_INFINITY;
  maxX = Number.NEGATIVE_INFINITY;
  maxY = Number.NEGATIVE_INFINITY;
  /** Highest state of any cell; 0 while there are none. */
  maxState = 0;
  readonly #full: Uint8Array[] = [];
  #data = new Uint8Array(64);
  #size = 0;
  #count = 0;
  /** The run that was added last, and may still grow. */
  #x = 0;
  #y = 0;
  #length = 0;
  #state = 1;
  /** Where the one before it ends. */
  #lastX = 0;
  #lastY = 0;
  #lastState = 1;
  #originX = 0;
  #originY = 0;

  /** Adds cells of one state; false when the pattern would become wider or higher than a grid can be. @throws MemoryError */
  add(x: number, y: number, length: number, state = 1): boolean {
    // Written only where they change, which is seldom.
    if (x < this.minX) this.minX = x;
    if (y < this.minY) this.minY = y;
    if (x + length - 1 > this.maxX) this.maxX = x + length - 1;
    if (y > this.maxY) this.maxY = y;
    if (this.maxX - this.minX >= MAX_SIDE || this.maxY - this.minY >= MAX_SIDE) return false;
    if (this.#length > 0) {
      if (y === this.#y && state === this.#state && x === this.#x + this.#length) {
        this.#length += length;
        return true;
      }
      this.#write();
    }
    if (state > this.maxState) this.maxState = state;
    this.#x = x;
    this.#y = y;
    this.#length = length;
    this.#state = state;
    this.#count++;
    return true;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts cells from (x, y) from now on. */
  from(x: number, y: number): this {
    this.#originX = x;
    this.#originY = y;
    return this;
  }

  /** The box of the living cells; undefined where there are none. */
  get box(): { x: number; y: number; width: number; height: number } | undefined {
    if (this.#count === 0) return undefined;
    const { minX, minY, maxX, maxY } = this;
    return { x: minX - this.#originX, y: minY - this.#originY, width: maxX - minX + 1, height: maxY - minY + 1 };
  }

  /** Visits all runs in their order, piece by piece; gives the share that is done, 0..1. Nothing can be added any more. */
  *visit(visit: VisitRun): Generator<number, void> {
    this.#write();
    const place = { at: 0, x: 0, y: 0, state: 1 };
    let done = 0;
    const chunks = [...this.#full, this.#data.subarray(0, this.#size)];
    for (const chunk of chunks)
      for (place.at = 0; place.at < chunk.length; ) {
        yield done / this.#count;
        done += this.#some(chunk, place, visit);
      }
  }

  /** Visits some runs from a place on, and moves it; returns how many. */
  #some(data: Uint8Array, place: { at: number; x: number; y: number; state: number }, visit: VisitRun): number {
    const [originX, originY] = [this.#originX, this.#originY];
    let { at, x, y, state } = place;
    let done = 0;
    // As `#number` writes it; most are of one byte.
    const rest = (first: number): number => {
      let value = first & 127;
      for (let shift = 7, byte = first; byte > 127; shift += 7) {
        byte = data[at++];
        value |= (byte & 127) << shift;
      }
      return value >>> 0;
    };
    for (; at < data.length && done < PIECE; done++) {
      let head = data[at++];
      if (head > 127) head = rest(head);
      if (head & ELSEWHERE) {
        y += signed(rest(data[at++]));
        x = signed(rest(data[at++]));
      } else x += head >>> 2;
      let length = data[at++];
      if (length > 127) length = rest(length);
      if (head & OTHER_STATE) state = data[at++];
      visit(x - originX, y - originY, length, state);
      x += length;
    }
    Object.assign(place, { at, x, y, state });
    return done;
  }

  /** Three numbers a run: x, y and length. @throws MemoryError */
  runs(): Int32Array {
    const runs = had(() => new Int32Array(this.#count * 3), this.#count * 12);
    let at = 0;
    for (const _ of this.visit((x, y, length) => {
      runs[at++] = x;
      runs[at++] = y;
      runs[at++] = length;
    }));
    return runs;
  }

  /** The state of each run; undefined where all are 1. @throws MemoryError */
  states(): Uint8Array | undefined {
    if (this.maxState < 2) return undefined;
    const states = room(this.#count);
    let at = 0;
    for (const _ of this.visit((_x, _y, _length, state) => {
      states[at++] = state;
    }));
    return states;
  }

  /** Cells of all runs. */
  cells(): number {
    let cells = 0;
    for (const _ of this.visit((_x, _y, length) => {
      cells += length;
    }));
    return cells;
  }

  #write(): void {
    if (this.#length === 0) return;
    this.#grow();
    const gap = this.#x - this.#lastX;
    const elsewhere = this.#y !== this.#lastY || gap < 0;
    const other = this.#state !== this.#lastState ? OTHER_STATE : 0;
    this.#number(elsewhere ? ELSEWHERE | other : (gap << 2) | other);
    if (elsewhere) {
      this.#number(unsigned(this.#y - this.#lastY));
      this.#number(unsigned(this.#x));
    }
    this.#number(this.#length);
    if (other) this.#data[this.#size++] = this.#state;
    this.#lastX = this.#x + this.#length;
    this.#lastY = this.#y;
    this.#lastState = this.#state;
    this.#length = 0;
  }

  /** Seven bits a byte, the lowest first. */
  #number(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#data[this.#size++] = (rest & 127) | 128;
    this.#data[this.#size++] = rest;
  }

  #grow(): void {
    if (this.#size + MOST <= this.#data.length) return;
    if (this.#data.length === CHUNK) {
      this.#full.push(this.#data.subarray(0, this.#size));
      this.#data = room(CHUNK);
      this.#size = 0;
    } else {
      const data = room(Math.min(CHUNK, this.#data.length * 2));
      data.set(this.#data.subarray(0, this.#size));
      this.#data = data;
    }
  }
}

/** Whole numbers of either sign as such of none, small ones small; up to 2^31. */
const unsigned = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const signed = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
