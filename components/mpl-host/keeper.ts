/**
 * Keeps the world's cells in the page, whole and a few seconds old at most: from them another worker goes on where the one
 * at work is lost. It is a receiver like any other, so that only what changed since the last time is sent; it follows no
 * window, as the page's picture may, and rests in between.
 */

import type { Snapshot } from '../../sim/index.js';
import type { Link } from '../../transport/link/link.js';
import { Receiver } from '../../transport/receiver.js';
import { TILE_WORDS } from '../../transport/state/tile.js';

/** From one to the next, ms. */
const EVERY = 5_000;

export class Keeper {
  readonly #receiver: Receiver;
  #timer: ReturnType<typeof setTimeout> | undefined;

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

  /** The world of this epoch, as it was seen last; null where it has not been seen. */
  snapshot(epoch: number): Pick<Snapshot, 'version' | 'planes' | 'keys' | 'words'> | null {
    const { grid } = this.#receiver;
    if (grid === null || grid.epoch !== epoch || grid.wholeVersion < 0) return null;
    const { version, planes, tiles } = grid;
    const keys = Uint32Array.from({ length: tiles }, (_, key) => key).filter((key) => grid.has(key));
    const words = new Uint32Array(keys.length * planes * TILE_WORDS);
    keys.forEach((key, i) => {
      const { words: from, offset } = grid.tile(key);
      const length = planes * TILE_WORDS;
      words.set(from.subarray(offset, offset + length), i * length);
    });
    return { version, planes, keys, words };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#receiver.stop();
  }

  #look(): void {
    const receiver = this.#receiver;
    if (!receiver.whole || receiver.standby) return;
    receiver.standby = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hurry(), EVERY);
  }
}
