/** A histogram in plain numbers: to note a value costs some nanoseconds, so it can be done for every ack. */

export class Spread {
  /** How many values were at most the bound of the same place, and more than the one before; the last: more than all. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(
    /** Ascending. */
    readonly bounds: readonly number[],
  ) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  note(value: number): void {
    const { bounds, counts } = this;
    let place = 0;
    while (place < bounds.length && value > bounds[place]!) place++;
    counts[place]!++;
    this.sum += value;
  }
}
