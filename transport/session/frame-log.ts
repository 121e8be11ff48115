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
  /** They are those of the log, one by one. */
  readonly plain: boolean;
}

/** Pictures that are sent one after the other; of more, only the newest state of each tile. */
const PICTURES = 4;
/** Pictures that are read again to find what differs in the end; with more, it is likely to be most of it. */
const READ = 16;
/** Frames, and bytes of them, that are kept at most for those who take their time. */
const KEPT = 64;
const KEPT_BYTES = 2 ** 20;

export class FrameLog {
  /** Frames ever added: the place behind the newest. */
  end = 0;
  #frames: SharedFrame[] = [];
  /** Of each, the bytes of all that were ever added before it; and of all. */
  #offsets: number[] = [];
  #bytes = 0;
  /** The version that was reached before the first of these; undefined where that is not known. */
  #before: number | undefined;
  readonly #runs = new Map<number, Run>();

  get #start(): number {
    return this.end - this.#frames.length;
  }

  /** Frames just made, or heard: they follow from those before. */
  add(frames: readonly SharedFrame[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#offsets.push(this.#bytes);
      this.#bytes += frame.bytes.length;
    }
    this.end += frames.length;
    this.#runs.clear();
  }

  /** The version that the first frame after `place` leads to. */
  next(place: number): number {
    return this.#frames[place - this.#start]!.version;
  }

  /** Has who stands at `place` to be offered what follows now, since it will not be kept? */
  late(place: number): boolean {
    return this.end - place > KEPT || this.#bytes - this.#offsets[place - this.#start]! > KEPT_BYTES;
  }

  /** Everybody has been offered what comes before `place`. */
  trim(place: number): void {
    const gone = place - this.#start;
    if (gone <= 0) return;
    this.#before = this.#frames.splice(0, gone).at(-1)!.version;
    this.#offsets.splice(0, gone);
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
      run = this.#make(place, grid, stamp);
      this.#runs.set(place, run);
    }
    return run;
  }

  #make(place: number, grid: Grid, stamp: Pick<Header, 'sequence' | 'timestamp'>): Run {
    const start = this.#start;
    const frames = this.#frames.slice(place - start);
    const count = pictures(frames);
    if (count <= PICTURES) return { frames, conflated: 0, plain: true };
    const before = this.#frames[place - start - 1]?.version ?? this.#before ?? frames[0]!.base;
    if (count <= READ && before !== undefined) return merge(frames, before, grid, stamp);
    // What tells all of each tile does for those who have been here longer, too: once for all of them.
    return place > start ? this.from(start, grid, stamp) : merge(frames, undefined, grid, stamp);
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
  if (base !== undefined) for (const frame of frames) frame.addTo(changes);
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
  return { frames: merged, conflated: count - changes.size, plain: false };
}

const planesOf = (words: Uint32Array): Plane[] =>
  Array.from({ length: words.length / TILE_WORDS }, (_, plane) => ({ words, offset: plane * TILE_WORDS, stride: 2 }));
