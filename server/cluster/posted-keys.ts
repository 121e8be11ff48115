/**
 * What is posted to a channel, in a key of its own, so that it does not end with the node that held it: the next that is
 * asked for the channel, and finds that nobody owns it, goes on with them.
 */

import { boolean, isObject, object, string } from '../../transport/wire/fields.js';
import type { KeptPosts, PostedSignals } from '../relay/posted-signals.js';
import type { Bus } from './bus.js';

/** Large tables are not written more often than this allows, bytes a millisecond. */
const PACE = 10_000;
/** And none more often than that, ms. */
const LEAST = 20;

const isKept = object({ values: isObject, merge: boolean, address: string });

/** A key that is written, and whether there is something newer to write. */
interface Writing {
  again: boolean;
  rest: NodeJS.Timeout | null;
}

export class PostedKeys {
  readonly #writing = new Map<string, Writing>();
  #closed = false;

  constructor(
    readonly here: PostedSignals,
    readonly bus: Bus,
    readonly postedMs: number,
  ) {
    here.onchange = (name) => this.#changed(name);
  }

  /** Goes on with what was posted to this channel at a node that has it no more; nobody owns it now. */
  async restore(name: string): Promise<void> {
    if (this.#closed || this.here.has(name)) return;
    const kept = await this.#read(name).catch(() => null);
    // Somebody else may have been faster, or a source of another kind have come.
    if (kept) await this.here.restore(name, kept).catch(() => {});
  }

  /** Writes what is not written yet, and nothing after it. */
  close(): void {
    const writing = [...this.#writing];
    this.#writing.clear();
    for (const [, { rest }] of writing) clearTimeout(rest ?? undefined);
    for (const [name, { again }] of writing) if (again) this.#write(name);
    // Soon nothing is held here any more, which is not to be written.
    this.#closed = true;
    this.#writing.clear();
  }

  async #read(name: string): Promise<KeptPosts | null> {
    const bytes = await this.bus.get(this.#key(name));
    const kept: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
    return isKept(kept) ? (kept as KeptPosts) : null;
  }

  #key(name: string): string {
    return `s:${name}`;
  }

  #changed(name: string): void {
    if (this.#closed) return;
    const known = this.#writing.get(name);
    if (known) known.again = true;
    else this.#write(name);
  }

  #write(name: string): void {
    const kept = this.here.kept(name);
    const writing: Writing = { again: false, rest: null };
    this.#writing.set(name, writing);
    const bytes = kept && new TextEncoder().encode(JSON.stringify(kept));
    const key = this.#key(name);
    const written = bytes ? this.bus.set(key, bytes, this.postedMs) : this.bus.delete(key);
    const rest = (): void => {
      if (this.#writing.get(name) !== writing) return;
      const ms = LEAST + (bytes?.length ?? 0) / PACE;
      writing.rest = setTimeout(() => {
        this.#writing.delete(name);
        if (writing.again) this.#write(name);
      }, ms).unref();
    };
    written.then(rest, rest);
  }
}
