/**
 * Several workers for one world without shared memory: each holds a band of its rows, and passes its outermost ones on to
 * its neighbours every 64 generations. It is asynchronous, as messages are: `step` only says how far to go, `settled` has
 * it computed; until then all that is shown is the world as it last came back.
 */
import { EngineLostError, RuleError, UnsettledError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import { canRun } from '../able.js';
import type { Engine, TileView } from '../engine.js';
import type { Layout } from '../layout.js';
import { Mirror } from '../mirror.js';
import { EDGE_ROWS } from './edge.js';
import type { BandReply, Edge, ToBand } from './messages.js';

/** A worker that runs a `Band`. */
export interface BandPort {
  /** Has the band do this. Rejects with the reason where there will be no answer. */
  ask(message: ToBand, transfer: ArrayBuffer[]): Promise<BandReply>;
  /** Ends the worker; whatever is not answered yet is rejected. */
  close(): void;
}

/** A band, what lies at its ends, and the rows it has. */
interface Part {
  port: BandPort;
  /** Of tiles. */
  firstRow: number;
  tileRows: number;
  top: Edge;
  bottom: Edge;
}

/** How many bands a grid can be cut into, at most: each must have as many rows as it passes on. */
export function mostBands({ height }: Layout): number {
  return Math.floor(height / (2 * EDGE_ROWS));
}

export class BandsEngine implements Engine {
  readonly kind = 'bands';
  #mirror: Mirror;
  #rule: Rule | undefined;
  #torus = true;
  #parts: Part[];
  /** Bands do not hold the cells of the mirror but for what was written since. */
  #stale = true;
  /** Generations asked for since the beginning, and how many of them the mirror shows. */
  #asked = 0;
  #shown = 0;
  #turn: Promise<void> = Promise.resolve();
  #disposed = false;

  /**
   * @param ports The workers, from 1 to `mostBands`: they are this engine's from now on.
   * @throws MemoryError
   */
  constructor(
    readonly layout: Layout,
    ports: readonly BandPort[],
  ) {
    this.#mirror = new Mirror(layout, 1);
    const at = (i: number): number => Math.floor((i * layout.tilesY) / ports.length);
    this.#parts = ports.map((port, i) => {
      return { port, firstRow: at(i), tileRows: at(i + 1) - at(i), top: null, bottom: null };
    });
  }

  get planes(): number {
    return this.#mirror.planes;
  }

  /** Workers that compute it. */
  get bands(): number {
    return this.#parts.length;
  }

  get owed(): number {
    return this.#asked - this.#shown;
  }

  configure(rule: Rule, torus: boolean): void {
    this.#rest();
    if (!canRun(this.kind, rule))
      throw new RuleError(`Rule ${rule.text} looks further than bands of rows are made for.`);
    if (rule.planes !== this.planes) this.#mirror = this.#mirror.withPlanes(rule.planes);
    this.#rule = rule;
    this.#torus = torus;
    this.#stale = true;
  }

  step(generations: number): void {
    this.#asked += generations;
  }

  /** One after another: each goes as far as was asked when its turn comes. */
  settled(): Promise<void> {
    const goal = this.#asked;
    const turn = this.#turn.then(() => this.#reach(goal));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reach(goal: number): Promise<void> {
    if (this.#shown >= goal || this.#disposed) return;
    try {
      await this.#advance();
    } catch (error) {
      // What bands hold is of different generations now; the mirror is the world.
      this.#close();
      if (!this.#disposed) throw new EngineLostError(`A worker failed: ${(error as Error).message}`);
    }
  }

  async #advance(): Promise<void> {
    const goal = this.#asked;
    const mirror = this.#mirror;
    if (this.#stale) {
      await Promise.all(this.#parts.map((part) => this.#begin(part)));
      mirror.rewrite();
      this.#stale = false;
    }
    await this.#send();
    for (let left = goal - this.#shown; left > 0; left -= EDGE_ROWS) {
      const collect = left <= EDGE_ROWS;
      const replies = await this.#run(Math.min(left, EDGE_ROWS), collect);
      if (this.#disposed) return;
      // All or nothing: a world of two generations would be none.
      if (collect) for (const [i, { records }] of replies.entries()) this.#take(this.#parts[i], records!);
    }
    this.#shown = goal;
  }

  async #begin(part: Part): Promise<void> {
    const { width, height } = this.layout;
    const end = part.firstRow + part.tileRows;
    await this.#ask(part, {
      type: 'begin',
      rule: this.#rule!,
      torus: this.#torus,
      width,
      rows: Math.min(height, end * 64) - part.firstRow * 64,
      above: this.#torus || part.firstRow > 0,
      below: this.#torus || end < this.layout.tilesY,
    });
  }

  /** Hands out what was written here. */
  async #send(): Promise<void> {
    const { span, words } = this.#mirror;
    const { tilesX } = this.layout;
    const lists = this.#parts.map(() => [] as number[]);
    let at = 0;
    for (const { first, count } of this.#mirror.written())
      for (let key = first; key < first + count; key++) {
        while (key >= (this.#parts[at].firstRow + this.#parts[at].tileRows) * tilesX) at++;
        lists[at].push(key);
      }
    const sent: Promise<BandReply>[] = [];
    for (const [i, part] of this.#parts.entries()) {
      const keys = lists[i];
      if (keys.length === 0) continue;
      const records = new Uint32Array(keys.length * (span + 1));
      for (const [k, key] of keys.entries()) {
        records[k * (span + 1)] = key - part.firstRow * tilesX;
        records.set(words.subarray(key * span, (key + 1) * span), k * (span + 1) + 1);
      }
      sent.push(this.#ask(part, { type: 'write', records }, [records.buffer]));
    }
    await Promise.all(sent);
  }

  #run(generations: number, collect: boolean): Promise<BandReply[]> {
    const parts = this.#parts;
    // A copy each, where a band has the same neighbour above and below.
    const messages = parts.map((_, i) => {
      const above = parts[(i + parts.length - 1) % parts.length].bottom?.slice() ?? null;
      const below = parts[(i + 1) % parts.length].top?.slice() ?? null;
      return { type: 'run', generations, above, below, collect } as const;
    });
    return Promise.all(
      parts.map((part, i) => {
        const { above, below } = messages[i];
        return this.#ask(
          part,
          messages[i],
          [above, below].flatMap((edge) => (edge ? [edge.buffer] : [])),
        );
      }),
    );
  }

  async #ask(part: Part, message: ToBand, transfer: ArrayBuffer[] = []): Promise<BandReply> {
    const reply = await part.port.ask(message, transfer);
    if (reply.error !== undefined) throw new Error(reply.error);
    part.top = reply.top;
    part.bottom = reply.bottom;
    return reply;
  }

  #take({ firstRow }: Part, records: Uint32Array): void {
    for (let at = 0; at < records.length; at += this.#mirror.span + 1) records[at] += firstRow * this.layout.tilesX;
    this.#mirror.take(records);
  }

  tile(key: number, plane: number): TileView {
    return this.#mirror.view(key, plane);
  }

  open(key: number, plane: number): TileView {
    this.#rest();
    return this.tile(key, plane);
  }

  touched(key: number): void {
    this.#mirror.touched(key);
  }

  clear(): void {
    this.#rest();
    this.#mirror.clear();
    this.#stale = true;
  }

  population(): number {
    return this.#mirror.population();
  }

  changed(): Uint32Array {
    return this.#mirror.changed();
  }

  dispose(): void {
    this.#disposed = true;
    this.#close();
  }

  #close(): void {
    for (const { port } of this.#parts) port.close();
  }

  /** What is written must be written into the newest generation. */
  #rest(): void {
    if (this.owed > 0) throw new UnsettledError();
  }
}
