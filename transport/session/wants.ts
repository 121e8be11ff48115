/** What a receiver wants: the filter that each of its subscriptions says. */

import { around } from '../state/window.js';
import type { SignalsWanted, SubscribeMessage, TileWindow } from '../wire/messages.js';
import { USUAL_SELECT } from '../wire/signals.js';

/** More names, or names that take more bytes than this, are too many to be sent: all are asked for. A relay takes 64 KiB of a viewer. */
const SELECT_BYTES = 48 * 1024;

export interface WantsOptions {
  /** Are tiles wanted? */
  grid: boolean;
  /** Names of the signals wanted; "all", or null for none. */
  select: readonly string[] | 'all' | null;
  /** Frames of state a second, at most. */
  maxFps: number | undefined;
  /** Bytes of state a second, at most. */
  maxBps: number | undefined;
  /** The tiles wanted; null: all. */
  window: TileWindow | null;
}

export class Wants {
  readonly grid: boolean;
  select: WantsOptions['select'];
  maxFps: number | undefined;
  maxBps: number | undefined;
  window: TileWindow | null;
  readonly #more = new Set<{ tiles: TileWindow | null }>();

  constructor(options: WantsOptions) {
    this.grid = options.grid;
    this.select = options.select;
    this.maxFps = options.maxFps;
    this.maxBps = options.maxBps;
    this.window = options.window;
  }

  /** Is anything needed for a moment beside what is wanted? */
  get wider(): boolean {
    return this.#more.size > 0;
  }

  /** Asks for these tiles, too, until the function returned is called. */
  widen(tiles: TileWindow | null): () => void {
    const more = { tiles };
    this.#more.add(more);
    return () => void this.#more.delete(more);
  }

  /** The filter as a subscription says it. */
  get filter(): Omit<SubscribeMessage, 'protocol'> {
    const { maxFps, maxBps, grid } = this;
    let { window } = this;
    for (const { tiles } of this.#more) window = around(window, tiles);
    const signals = this.#signals();
    return {
      ...(limits(maxFps) && { maxFps }),
      ...(limits(maxBps) && { maxBps }),
      ...(!grid && { grid }),
      ...(window && { window }),
      ...(signals && { signals }),
    };
  }

  #signals(): SignalsWanted | null {
    const { select } = this;
    const most =
      Array.isArray(select) && (select.length > USUAL_SELECT || JSON.stringify(select).length > SELECT_BYTES);
    return select && { coded: true, ...(select !== 'all' && !most && { select: [...select] }) };
  }
}

/** Is it a limit, and can it be said? */
const limits = (most: number | undefined): boolean => most !== undefined && most > 0 && Number.isFinite(most);
