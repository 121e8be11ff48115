/**
 * What many receivers lack who begin at about the same time: coded once for all who hold the same and want the same.
 *
 * It is coded chunk by chunk, when the first of them has room for the next, so it costs no more than that one alone would.
 * Each chunk says its own version. Who takes it looks which of its tiles have changed since, and has them yet to come.
 */

import type { SharedMessage } from '../link/link.js';
import { ChunkBuilder } from '../state/chunk.js';
import type { Grid } from '../state/grid.js';
import { inWindow } from '../state/window.js';
import { encodeFrame, type Header } from '../wire/frame.js';
import { WHOLE } from '../wire/grid.js';
import type { SubscribeMessage, TileWindow } from '../wire/messages.js';
import { after, type Timer } from './timer.js';

/** Those who have begun with one may go on with it for so long; ms. Then they get what they still lack by themselves. */
const KEPT = 1000;
/** Bytes of all that are kept, and how many: the oldest makes room. */
const BYTES = 32 * 2 ** 20;
const MOST = 64;

/** Whole at this version, in this window, or everywhere. Undefined: nothing. */
type Held = Pick<NonNullable<SubscribeMessage['resume']>, 'version' | 'window'> | undefined;

export interface KeyframeChunk {
  readonly keys: readonly number[];
  /** When each of these tiles had changed last. A grid that is not whole at a version may still be told of more of it. */
  readonly stamps: readonly number[];
  readonly version: number;
  /** The frame, in a list that is the same for all. With `whole`, it says that nothing is missing after it. */
  messages(whole: boolean): readonly SharedMessage[];
}

export class Keyframe {
  readonly #chunks: Chunk[] = [];
  /** The first tile that is not in a chunk yet. */
  #next = 0;
  #over = false;

  constructor(
    readonly grid: Grid,
    readonly window: TileWindow | null,
    readonly held: Held,
    readonly grew: (bytes: number) => void,
    /** The version of its first chunk, or older. */
    readonly version = grid.version,
  ) {}

  /** The chunk with this number, made where it is not there yet; null: there are no more, or not any more. */
  chunk(nr: number, stamp: Pick<Header, 'sequence' | 'timestamp'>): KeyframeChunk | null {
    if (this.#over) return null;
    return this.#chunks[nr] ?? this.#make(stamp);
  }

  close(): void {
    this.#over = true;
    this.#chunks.length = 0;
  }

  #make(stamp: Pick<Header, 'sequence' | 'timestamp'>): Chunk | null {
    const { grid } = this;
    const builder = new ChunkBuilder(grid.version);
    while (this.#next < grid.tiles && !builder.full) {
      const key = this.#next++;
      if (this.#lacks(key)) builder.addFrom(grid, key);
    }
    if (builder.tiles === 0) return null;
    const { payload, keys, version } = builder.end(false);
    const header = { ...stamp, width: grid.tilesX, height: grid.tilesY };
    const stamps = keys.map((key) => grid.stamp(key));
    const chunk = new Chunk(payload, keys, stamps, version, header);
    this.#chunks.push(chunk);
    this.grew(payload.length);
    return chunk;
  }

  #lacks(key: number): boolean {
    const { grid, window, held } = this;
    const stamp = grid.stamp(key);
    if (stamp < 0 || !inWindow(window, key, grid.tilesX)) return false;
    return held === undefined || stamp > held.version || !inWindow(held.window ?? null, key, grid.tilesX);
  }
}

class Chunk implements KeyframeChunk {
  readonly #made: (readonly SharedMessage[])[] = [];

  constructor(
    readonly payload: Uint8Array,
    readonly keys: readonly number[],
    readonly stamps: readonly number[],
    readonly version: number,
    readonly header: Partial<Header>,
  ) {}

  messages(whole: boolean): readonly SharedMessage[] {
    let made = this.#made[Number(whole)];
    if (made === undefined) {
      const bytes = encodeFrame('GridTiles', this.payload, this.header);
      if (whole) bytes[bytes.length - this.payload.length]! |= WHOLE;
      this.#made[Number(whole)] = made = [{ bytes }];
    }
    return made;
  }
}

/** Those of one fan-out. */
export class Keyframes {
  readonly #kept = new Map<string, { keyframe: Keyframe; bytes: number; at: number; timer: Timer }>();

  /**
   * @param share who begins within so many milliseconds after the first shares with it; 0: nobody does
   * @param most bytes of all that are kept
   */
  constructor(
    readonly share: number,
    readonly most = BYTES,
  ) {}

  /** Bytes of memory. */
  get bytes(): number {
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += kept.bytes;
    return bytes;
  }

  /** For one that holds this and wants that, in the grid; null where nothing is shared. */
  for(grid: Grid, window: TileWindow | null, held: Held): Keyframe | null {
    if (this.share === 0) return null;
    const { version, window: whole } = held ?? {};
    const name = JSON.stringify([window, version, whole]);
    const kept = this.#kept.get(name);
    if (kept?.keyframe.grid === grid && performance.now() - kept.at <= this.share) return kept.keyframe;
    this.#drop(name);
    const keyframe = new Keyframe(grid, window, held, (bytes) => this.#grew(name, keyframe, bytes));
    if (this.#kept.size >= MOST) this.#drop(this.#kept.keys().next().value!);
    const timer = after(this.share + KEPT, () => this.#drop(name));
    this.#kept.set(name, { keyframe, bytes: 0, at: performance.now(), timer });
    return keyframe;
  }

  clear(): void {
    for (const name of [...this.#kept.keys()]) this.#drop(name);
  }

  #grew(name: string, keyframe: Keyframe, bytes: number): void {
    const kept = this.#kept.get(name);
    if (kept?.keyframe !== keyframe) return;
    kept.bytes += bytes;
    for (const other of [...this.#kept.keys()]) {
      if (this.bytes <= this.most) return;
      this.#drop(other);
    }
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name);
    kept?.timer.stop();
    kept?.keyframe.close();
    this.#kept.delete(name);
  }
}
