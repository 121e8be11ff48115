/**
 * What the owner of a world and the workers that hold its bands say to each other. Each message is answered by one reply;
 * all of it can be posted.
 */
import type { Rule } from '../../rule/rule.js';

/**
 * 64 rows of a world over its whole width, as they are at an end of a band: plane by plane, row by row, words of 32 cells.
 * Null where nothing lives.
 */
export type Edge = Uint32Array<ArrayBuffer> | null;

export interface BeginMessage {
  type: 'begin';
  rule: Rule;
  torus: boolean;
  /** Cells across the world, and rows of the band: at least 64. */
  width: number;
  rows: number;
  /** Are there rows above and below, of other bands? */
  above: boolean;
  below: boolean;
}

export type ToBand =
  | BeginMessage
  /** Cells were written: records of a key and the planes of a tile. Keys count from the band's first tile. */
  | { type: 'write'; records: Uint32Array<ArrayBuffer> }
  /**
   * Compute up to 64 generations; `above` and `below` are what lies there now. With `collect`, tell what has changed
   * since that was last told.
   */
  | { type: 'run'; generations: number; above: Edge; below: Edge; collect: boolean };

export interface BandReply {
  /** Its first and its last 64 rows. */
  top: Edge;
  bottom: Edge;
  /** Tiles that have changed, as in `write`. */
  records?: Uint32Array<ArrayBuffer>;
  /** It cannot go on, and why. */
  error?: string;
}
