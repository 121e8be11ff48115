/**
 * The newest frames of a fan-out, for as long as a receiver in step has not been offered them. It belongs to all, so one that
 * falls behind costs nothing: what it lacks is here, made for the wire once, for everybody who stands where it does.
 */

import { ChunkBuilder } from '../state/chunk.js';
import type { Grid } from '../state/grid.js';
import { TILE_WORDS } from '../state/tile.js';
import type { Plane } from '../wire/batch.js';
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
/** Pictures that are read again to find what differs in the end; with more, it is likely to be most of it. */
const READ = 16;
/** Frames kept at most for those who take their time. */
const KEPT = 64;

export class FrameLog {
  /** Frames ever added: the place behind the newest. */
  end = 0;
  #frames: SharedFrame[] = [];
  /** The version that was reached before the first of these; undefined where that is not known. */
  #before: number | undefined;
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
    this.#before = this.#frames.splice(0, gone).at(-1)!.version;
    this.#runs.clear();
  }

  /** A new grid: what there was has nothing to do with it. */
  clear(): void {
    this.trim(this.end);
    this.#before = undefined;
  }

  /** What brings a receiver in step from `place` to the present state of `grid`: the very same for all who stand there. */
  from(place: number, grid: Grid, stamp: Pick<Header, 'sequence' | 'timestamp'>): Run {
    let run = this.#runs.get(place);
    if (run === undefined) {
      const frames = this.#frames.slice(place - this.end);
      const before = this.#frames.at(place - this.end - 1)?.version ?? this.#before ?? frames[0]!.base;
      run = pictures(frames) > PICTURES ? merge(frames, before, grid, stamp) : { frames, conflated: 0 };
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

/**
 * The same state in as few bytes as can be had without the states between: of each tile that is not as it was again, what
 * differs, or all of it where that is shorter, or not known. (Ash that blinks is the same every other time.)
 * @param base the version that those have for whom it is, where it is known
 */
function merge(
  frames: readonly SharedFrame[],
  base: number | undefined,
  grid: Grid,
  stamp: Pick<Header, 'sequence' | 'timestamp'>,
): Run {
  const changes = new Map<number, Uint32Array | null>();
  let count = 0;
  for (const frame of frames) count += frame.keys.length;
  if (base !== undefined && pictures(frames) <= READ) for (const frame of frames) frame.addTo(changes);
  else for (const { keys } of frames) for (const key of keys) changes.set(key, null);

  const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
  const merged: SharedFrame[] = [];
  let builder = new ChunkBuilder(grid.version, base);
  const end = (whole: boolean) => {
    const chunk = builder.end(whole);
    merged.push(new SharedFrame(encodeFrame('GridTiles', chunk.payload, header), chunk, grid));
    builder = new ChunkBuilder(grid.version, base);
  };
  for (const key of [...changes.keys()].sort((a, b) => a - b)) {
    const words = changes.get(key)!;
    if (words?.every((word) => word === 0)) continue;
    if (builder.full) end(false);
    const deltas = words && planesOf(words);
    builder.addFrom(grid, key, deltas ?? undefined);
  }
  end(frames.at(-1)!.whole && grid.whole);
  return { frames: merged, conflated: count - changes.size };
}

const planesOf = (words: Uint32Array): Plane[] =>
  Array.from({ length: words.length / TILE_WORDS }, (_, plane) => ({ words, offset: plane * TILE_WORDS, stride: 2 }));
