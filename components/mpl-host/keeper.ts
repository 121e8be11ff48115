/**
 * Keeps the world's cells in the page, whole and a few seconds old at most: from them another worker goes on where the one
 * at work is lost. It is a receiver like any other, so that only what changed since the last time is sent; it follows no
 * window, as the page's picture may, and rests in between. What it has is copied at each moment at which nothing is missing:
 * a worker may be lost between two parts of a picture.
 */

import type { Snapshot } from '../../sim/index.js';
import type { Link } from '../../transport/link/link.js';
import { Receiver } from '../../transport/receiver.js';
import { Grid } from '../../transport/state/grid.js';
import { TILE_WORDS } from '../../transport/state/tile.js';

/** From one to the next, ms. */
const EVERY = 5_000;

export type Kept = Omit<Snapshot, 'generation'> & { width: number; height: number };

export class Keeper {
  readonly #receiver: Receiver;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** As it was when it was whole last. */
  #copy: Grid | null = null;
  /** What it is a copy of. */
  #copied: Grid | null = null;

  constructor(connect: () => Promise<Link>) {
    this.#receiver = new Receiver({ connect, transport: 'relay' });
    this.#receiver.listen(() => this.#look());
    this.#receiver.start();
  }

  /** There is another world: what was kept is worth nothing. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#receiver.standby = false;
  }

  /** The world of this epoch, as it was when it was seen whole last; null where it has not been. */
  snapshot(epoch: number): Kept | null {
    const copy = this.#copy;
    if (copy === null || copy.epoch !== epoch) return null;
    const { version, planes, tiles, width, height } = copy;
    const keys = Uint32Array.from({ length: tiles }, (_, key) => key).filter((key) => copy.has(key));
    const length = planes * TILE_WORDS;
    const words = new Uint32Array(keys.length * length);
    keys.forEach((key, i) => {
      const { words: from, offset } = copy.tile(key);
      words.set(from.subarray(offset, offset + length), i * length);
    });
    return { version, planes, keys, words, width, height };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#receiver.stop();
  }

  #look(): void {
    const receiver = this.#receiver;
    if (!receiver.whole || receiver.standby) return;
    this.#keep(receiver.grid!);
    receiver.standby = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hurry(), EVERY);
  }

  #keep(grid: Grid): void {
    if (this.#copied !== grid || this.#copy === null) this.#copy = new Grid(grid);
    const copy = this.#copy;
    const length = grid.planes * TILE_WORDS;
    for (const key of grid.changedSince(this.#copied === grid ? copy.version : -1)) {
      if (!grid.has(key)) continue;
      const { words: from, offset } = grid.tile(key);
      const { words, offset: at } = copy.writable(key);
      words.set(from.subarray(offset, offset + length), at);
    }
    copy.reached(grid.version, true);
    this.#copied = grid;
  }
}
