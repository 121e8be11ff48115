/** Tells how a world fares: receivers, in a report and in signals, once a second; the page, of what is sent. */

import type { RunningWorld } from './running-world.js';
import type { World } from './world.js';
import type { FromWorld } from './world-messages.js';

/** Counting a larger world every second would cost more than it tells. */
const COUNTED_CELLS = 2 ** 26;
/** A counter that is watched should run, not jump: what is cheap to know is told this often, ms. */
const TELL_MS = 200;

export class Reporter {
  #last: { at: number; of: World; generation: number; captures: number; tiles: number };
  readonly #timer = setInterval(() => this.#report(), 1000);
  readonly #teller = setInterval(() => this.world.tell(), TELL_MS);

  constructor(
    readonly world: RunningWorld,
    readonly post: (message: FromWorld) => void,
  ) {
    this.#last = { at: performance.now(), of: world.world, generation: 0, captures: 0, tiles: 0 };
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#teller);
  }

  #report(): void {
    const now = performance.now();
    const { world, source } = this.world;
    const { generation, engine, engineReason, width, height } = world;
    const { captures, tilesChanged } = source.counts;
    const last = this.#last;
    const seconds = (now - last.at) / 1000;
    // A world that began again since counts anew.
    const before = world === last.of ? last.generation : 0;
    const population = width * height <= COUNTED_CELLS ? { population: world.population() } : {};
    const report = {
      generation,
      rate: Math.max(0, generation - before) / seconds,
      ...population,
      engine,
      engineReason,
      fps: (captures - last.captures) / seconds,
      tilesChanged: (tilesChanged - last.tiles) / seconds,
    };
    source.report(report);
    this.world.tell({ population: null, ...report });
    this.#last = { at: now, of: world, generation, captures, tiles: tilesChanged };
    this.post({ type: 'sent', ...this.#sent() });
  }

  /** To all receivers but the page's own. */
  #sent(): { bytes: number; frames: number; pending: number } {
    const sent = { bytes: 0, frames: 0, pending: 0 };
    for (const end of this.world.source.fanout.ends) {
      if (end.owner) continue;
      sent.bytes += end.bytesSent;
      sent.frames += end.outbox.frames;
      sent.pending += end.outbox.pending;
    }
    return sent;
  }
}
