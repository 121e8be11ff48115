/** What a person typed or dropped was not what it should be. Each error names the input and the way out. */

/** A rule that cannot be read. `column` counts from 1. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(
    message: string,
    readonly column = 1,
  ) {
    super(message);
  }
}

/** A grid size that cannot be read, or lies outside 1..65536. */
export class GridError extends Error {
  override readonly name = 'GridError';
}

/** The memory for a grid, or for its next generation, cannot be had here. `done`: generations computed before. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
  constructor(
    message: string,
    readonly done = 0,
  ) {
    super(message);
  }
}

/** A world that computes elsewhere was to be changed before it had come to what was asked of it. */
export class UnsettledError extends Error {
  override readonly name = 'UnsettledError';
  constructor() {
    super('This world is still computing: wait for it with "await life.settled()" before it is changed.');
  }
}

/** An engine cannot go on, and another must take over; what was last settled can still be read. */
export class EngineLostError extends Error {
  override readonly name = 'EngineLostError';
}

/**
 * A pattern that cannot be read (`line` and `column` count from 1 and stand in the message too), or that does not fit
 * the grid (then both are 0).
 */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(
    message: string,
    readonly line = 0,
    readonly column = 0,
  ) {
    super(line > 0 ? `Line ${line}, column ${column}: ${message}` : message);
  }
}

/** `text` as it may stand in a message: short, one line. */
export function quote(text: string): string {
  const line = text.replace(/[^\x20-\x7e\u00a1-\uffff]/g, ' ');
  return `"${line.length > 40 ? `${line.slice(0, 37)}...` : line}"`;
}
