/**
 * A worker's part of a world: a band of rows, and 64 more above and below it, copied from where they are at home. What is
 * beyond those is unknown, so each generation spoils one more of them at their far end; after 64 they are copied anew, and
 * the band itself is right all the time.
 */
import { readTile, writeTile } from '../cells.js';
import type { Engine } from '../engine.js';
import { Layout, PLANE_WORDS } from '../layout.js';
import { EDGE_ROWS, readEdge, writeEdge } from './edge.js';
import type { BandReply, BeginMessage, ToBand } from './messages.js';

export class Band {
  #engine: Engine | undefined;
  #rows = 0;
  #above = false;
  #below = false;

  /** @param make An engine for a grid of this size. */
  constructor(private readonly make: (layout: Layout) => Promise<Engine>) {}

  /** Does what it is told. An error is answered too: the owner of the world decides what follows. */
  async receive(message: ToBand): Promise<BandReply> {
    try {
      if (message.type === 'begin') await this.#begin(message);
      else if (message.type === 'write') this.#write(message.records);
      else return this.#run(message);
      return this.#edges();
    } catch (error) {
      return { top: null, bottom: null, error: (error as Error).message };
    }
  }

  async #begin({ rule, torus, width, rows, above, below }: BeginMessage): Promise<void> {
    this.#engine?.dispose?.();
    const height = rows + (above ? EDGE_ROWS : 0) + (below ? EDGE_ROWS : 0);
    const engine = await this.make(new Layout(width, height));
    // On a torus its own ends meet: what comes of that is in the rows that are spoilt anyway.
    engine.configure(rule, torus);
    engine.clear();
    this.#engine = engine;
    this.#rows = rows;
    this.#above = above;
    this.#below = below;
  }

  get #at(): Engine {
    if (!this.#engine) throw new Error('This band was not begun.');
    return this.#engine;
  }

  /** Tiles before the band's first. */
  get #skipped(): number {
    return this.#above ? this.#at.layout.tilesX : 0;
  }

  #write(records: Uint32Array): void {
    const engine = this.#at;
    const span = engine.planes * PLANE_WORDS;
    for (let at = 0; at < records.length; at += span + 1) {
      const key = records[at] + this.#skipped;
      writeTile(engine, key, records, at + 1, this.#rowsOf(key));
    }
    // Whoever wrote them knows.
    engine.changed();
  }

  #run({ generations, above, below, collect }: ToBand & { type: 'run' }): BandReply {
    const engine = this.#at;
    if (this.#above) writeEdge(engine, 0, above);
    if (this.#below) writeEdge(engine, this.#first + this.#rows, below);
    engine.step(generations);
    return collect ? { ...this.#edges(), records: this.#records() } : this.#edges();
  }

  get #first(): number {
    return this.#above ? EDGE_ROWS : 0;
  }

  #edges(): BandReply {
    const engine = this.#at;
    return {
      top: readEdge(engine, this.#first),
      bottom: readEdge(engine, this.#first + this.#rows - EDGE_ROWS),
    };
  }

  /** Rows of a tile that are the band's own. */
  #rowsOf(key: number): number {
    const tileY = Math.floor((key - this.#skipped) / this.#at.layout.tilesX);
    return Math.min(64, this.#rows - 64 * tileY);
  }

  #records(): Uint32Array<ArrayBuffer> {
    const engine = this.#at;
    const { planes, layout } = engine;
    const span = planes * PLANE_WORDS;
    const first = this.#skipped;
    const end = first + Math.ceil(this.#rows / 64) * layout.tilesX;
    const keys = engine.changed().filter((key) => key >= first && key < end);
    const records = new Uint32Array(keys.length * (span + 1));
    keys.forEach((key, i) => {
      records[i * (span + 1)] = key - first;
      readTile(engine, key, records, i * (span + 1) + 1, this.#rowsOf(key));
    });
    return records;
  }
}
