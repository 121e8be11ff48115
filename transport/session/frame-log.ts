/**
 * The newest frames of a fan-out, for as long as a receiver in step has not been offered them. It belongs to all, so one that
 * falls behind costs nothing: what it lacks is here, made for the wire once, for everybody who stands where it does.
 */

import { ChunkBuilder } from '../state/chunk.js';
import type { Grid } from '../state/grid.js';
import { TILE_WORDS } from '../state/tile.js';
import type { Plane } from '../wire/batch.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import { Mark } from './mark.js';
import { SharedFrame } from './shared-frame.js';

/** Frames that follow each other. */
export interface Run {
  readonly frames: readonly SharedFrame[];
  /** Changes of tiles that are not among them, because a newer one of the same tile is. */
  readonly conflated: number;
  /** Where one stands who has taken so many of them; -1 where that is nowhere, because a picture is cut in two. */
  readonly places: readonly number[];
}

type Stamp = Pick<Header, 'sequence' | 'timestamp'>;

/** Many pictures made one, and where those stand who have it. */
interface Merged {
  readonly frames: readonly SharedFrame[];
  readonly conflated: number;
  readonly place: number;
}

/** Pictures that are sent one after the other; of more, only the newest state of each tile. */
const PICTURES = 8;
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
  /** By where they begin. */
  readonly #runs = new Map<number, Run>();
  /** Of those that are more than is sent one after the other. To make one takes its time, so it counts for all of a round. */
  readonly #merged = new Map<number, Merged>();
  /** For all who have been here for long: each tile as it is. */
  #all: Merged | null = null;
  /** How the grid was where the last round ended, if anybody was far behind then. */
  #mark: Mark | null = null;
  /** A round goes no further than to here; undefined: to the end. */
  #bound: number | undefined;

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
    this.#mark = null;
    this.#forget();
  }

  /** All frames from `place` on. */
  since(place: number): readonly SharedFrame[] {
    return this.#frames.slice(place - this.#start);
  }

  /**
   * A round begins, for who stands at these places. If one of them is far behind, all are brought to where the log ends now:
   * else they would come to stand at ever more places, each of which would want a merge of its own.
   */
  begin(places: Iterable<number>, grid: Grid, stamp: Stamp): void {
    this.#forget();
    for (const place of places) {
      if (!this.#isFar(place)) continue;
      this.#merged.set(place, this.#merge(place, grid, stamp));
      this.#bound = this.end;
    }
    this.#mark = this.#bound === undefined ? null : Mark.of(this.end, grid);
  }

  /** The round is over. */
  over(): void {
    this.#bound = undefined;
    this.#runs.clear();
  }

  /**
   * What takes a receiver in step on from `place`: the very same for all who stand there.
   * @param one no more than one picture: it has asked for few
   */
  from(place: number, grid: Grid, stamp: Stamp, one = false): Run {
    const name = one ? -1 - place : place;
    let run = this.#runs.get(name);
    if (run === undefined) {
      run = one ? this.#one(place, grid, stamp) : this.#make(place, grid, stamp);
      this.#runs.set(name, run);
    }
    return run;
  }

  #one(place: number, grid: Grid, stamp: Stamp): Run {
    return pictures(this.since(place)) > 1
      ? runOf(place, this.#merge(place, grid, stamp))
      : this.#make(place, grid, stamp);
  }

  #make(place: number, grid: Grid, stamp: Stamp): Run {
    let merged = this.#merged.get(place);
    const bound = this.#bound !== undefined && place < this.#bound ? this.#bound : undefined;
    if (merged === undefined && (bound !== undefined || !this.#isFar(place))) {
      const frames = this.since(place).slice(0, (bound ?? this.end) - place);
      return { frames, conflated: 0, places: Array.from({ length: frames.length + 1 }, (_, i) => place + i) };
    }
    merged ??= this.#merge(place, grid, stamp);
    this.#merged.set(place, merged);
    return runOf(place, merged);
  }

  #isFar(place: number): boolean {
    return pictures(this.since(place)) > PICTURES;
  }

  #merge(place: number, grid: Grid, stamp: Stamp): Merged {
    const frames = this.since(place);
    const mark = this.#mark?.place === place ? this.#mark : null;
    const before = mark?.version ?? this.#frames[place - this.#start - 1]?.version ?? this.#before ?? frames[0]!.base;
    if (before !== undefined && (mark !== null || pictures(frames) <= READ)) {
      const changes = mark === null ? changesOf(frames) : differences(frames, mark, grid);
      return { ...merge(frames, changes, before, grid, stamp), place: this.end };
    }
    if (this.#all?.place !== this.end) {
      const all = this.#frames;
      this.#all = { ...merge(all, unknown(all), undefined, grid, stamp), place: this.end };
    }
    return this.#all;
  }

  #forget(): void {
    this.#merged.clear();
    this.#all = null;
    this.over();
  }
}

function runOf(place: number, merged: Merged): Run {
  const inside = Array.from({ length: merged.frames.length - 1 }, () => -1);
  return { ...merged, places: [place, ...inside, merged.place] };
}

function pictures(frames: readonly SharedFrame[]): number {
  let count = 0;
  for (let i = 0; i < frames.length; i++) if (frames[i]!.version !== frames[i - 1]?.version) count++;
  return count;
}

/** By key, what differs in a tile from how it was before; null where that is not known. */
type Changes = Map<number, Uint32Array | null>;

/** As the frames tell it. */
function changesOf(frames: readonly SharedFrame[]): Changes {
  const changes: Changes = new Map();
  for (const frame of frames) frame.addTo(changes);
  return changes;
}

/** As it is seen by comparing. */
function differences(frames: readonly SharedFrame[], mark: Mark, grid: Grid): Changes {
  const changes: Changes = unknown(frames);
  for (const key of changes.keys()) changes.set(key, mark.difference(grid, key));
  return changes;
}

function unknown(frames: readonly SharedFrame[]): Changes {
  const changes: Changes = new Map();
  for (const { keys } of frames) for (const key of keys) changes.set(key, null);
  return changes;
}

/**
 * The same state in as few bytes as can be had without the states between: of each tile that is not as it was again, what
 * differs, or all of it where that is shorter, or not known. (Ash that blinks is the same every other time.)
 * @param base the version that those have for whom it is, where it is known
 */
function merge(
  frames: readonly SharedFrame[],
  changes: Changes,
  base: number | undefined,
  grid: Grid,
  stamp: Stamp,
): Pick<Merged, 'frames' | 'conflated'> {
  let count = 0;
  for (const frame of frames) count += frame.keys.length;

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
