/**
 * Several workers for one world without shared memory: each holds a band of its rows, and passes its outermost ones on to
 * its neighbours every 64 generations.
 */
import { EngineLostError, RuleError } from '../../errors.js';
import type { Rule } from '../../rule/rule.js';
import { canRun } from '../able.js';
import { AwayEngine } from '../away-engine.js';
import type { Layout } from '../layout.js';
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

export class BandsEngine extends AwayEngine {
  readonly kind = 'bands';
  #rule: Rule | undefined;
  #torus = true;
  readonly #parts: readonly Part[];

  /**
   * @param ports The workers, from 1 to `mostBands`: they are this engine's from now on.
   * @throws MemoryError
   */
  constructor(layout: Layout, ports: readonly BandPort[]) {
    super(layout, 1);
    const at = (i: number): number => Math.floor((i * layout.tilesY) / ports.length);
    this.#parts = ports.map((port, i) => {
      return { port, firstRow: at(i), tileRows: at(i + 1) - at(i), top: null, bottom: null };
    });
  }

  /** Workers that compute it. */
  get bands(): number {
    return this.#parts.length;
  }

  configure(rule: Rule, torus: boolean): void {
    this.rest();
    if (!canRun(this.kind, rule))
      throw new RuleError(`Rule ${rule.text} looks further than bands of rows are made for.`);
    if (rule.planes !== this.planes) this.mirror = this.mirror.withPlanes(rule.planes);
    this.#rule = rule;
    this.#torus = torus;
    this.stale = true;
  }

  protected override async recover(error: Error): Promise<void> {
    // What bands hold is of different generations now.
    this.release();
    throw new EngineLostError(`A worker failed: ${error.message}`);
  }

  protected override async advance(generations: number): Promise<Uint32Array[]> {
    if (this.stale) {
      await Promise.all(this.#parts.map((part) => this.#begin(part)));
      this.mirror.rewrite();
      this.stale = false;
    }
    await this.#send();
    for (let left = generations; left > EDGE_ROWS; left -= EDGE_ROWS) await this.#run(EDGE_ROWS, false);
    const replies = await this.#run(generations % EDGE_ROWS || EDGE_ROWS, true);
    return replies.map(({ records }, i) => this.#placed(this.#parts[i], records!));
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
    const { span, words } = this.mirror;
    const { tilesX } = this.layout;
    const lists = this.#parts.map(() => [] as number[]);
    let at = 0;
    for (const { first, count } of this.mirror.written())
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

  /** With keys of the whole world. */
  #placed({ firstRow }: Part, records: Uint32Array): Uint32Array {
    for (let at = 0; at < records.length; at += this.mirror.span + 1) records[at] += firstRow * this.layout.tilesX;
    return records;
  }

  protected override release(): void {
    for (const { port } of this.#parts) port.close();
  }
}
