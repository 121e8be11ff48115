/**
 * The newest frames of a fan-out, for as long as a receiver in step has not been offered them. It belongs to all, so one that
 * falls behind costs nothing: what it lacks is here, made for the wire once, for everybody who stands where it does.
 */

import { ChunkBuilder } from '../state/chunk.js';
import type { Grid } from '../state/grid.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import { SharedFrame } from './shared-frame.js';

/** Frames that follow each other. */
export interface Run {
  readonly frames: readonly SharedFrame[];
  /** Changes of tiles that are not among them, because a newer one of the same tile is. */
  readonly conflated: number;
}

/** Pictures that are sent one after the other; of more, only the newest state of each tile. */
const PICTURES = 4;
/** Frames kept at most for those who take their time. */
const KEPT = 64;

export class FrameLog {
  /** Frames ever added: the place behind the newest. */
  end = 0;
  #frames: SharedFrame[] = [];
  readonly #runs = new Map<number, Run>();

  /** Frames just made, or heard: they follow from those before. */
  add(frames: readonly SharedFrame[]): void {
    this.#frames.push(...frames);
    this.end += frames.length;
    this.#runs.clear();
  }

  /** The version that the first frame after `place` leads to. */
  next(place: number): number {
    return this.#frames.at(place - this.end)!.version;
  }

  /** Has who stands at `place` to be offered what follows now, since it will not be kept? */
  late(place: number): boolean {
    return this.end - place > KEPT;
  }

  /** Everybody has been offered what comes before `place`. */
  trim(place: number): void {
    const gone = place - (this.end - this.#frames.length);
    if (gone <= 0) return;
    this.#frames.splice(0, gone);
    this.#runs.clear();
  }

  /** A new grid: what there was has nothing to do with it. */
  clear(): void {
    this.trim(this.end);
  }

  /** What brings a receiver in step from `place` to the present state of `grid`: the very same for all who stand there. */
  from(place: number, grid: Grid, stamp: Pick<Header, 'sequence' | 'timestamp'>): Run {
    let run = this.#runs.get(place);
    if (run === undefined) {
      const frames = this.#frames.slice(place - this.end);
      run = pictures(frames) > PICTURES ? merge(frames, grid, stamp) : { frames, conflated: 0 };
      this.#runs.set(place, run);
    }
    return run;
  }
}

function pictures(frames: readonly SharedFrame[]): number {
  let count = 0;
  for (let i = 0; i < frames.length; i++) if (frames[i]!.version !== frames[i - 1]?.version) count++;
  return count;
}

/** The same state in as few bytes as can be had without the states between: each tile that has changed, as it is now. */
function merge(frames: readonly SharedFrame[], grid: Grid, stamp: Pick<Header, 'sequence' | 'timestamp'>): Run {
  const keys = new Set<number>();
  let changes = 0;
  for (const frame of frames) {
    changes += frame.keys.length;
    for (const key of frame.keys) keys.add(key);
  }
  const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
  const merged: SharedFrame[] = [];
  const end = (builder: ChunkBuilder, whole: boolean) => {
    const chunk = builder.end(whole);
    merged.push(new SharedFrame(encodeFrame('GridTiles', chunk.payload, header), chunk, grid));
  };
  let builder = new ChunkBuilder(grid.version);
  for (const key of [...keys].sort((a, b) => a - b)) {
    if (builder.full) {
      end(builder, false);
      builder = new ChunkBuilder(grid.version);
    }
    builder.addFrom(grid, key);
  }
  end(builder, frames.at(-1)!.whole && grid.whole);
  return { frames: merged, conflated: changes - keys.size };
}
