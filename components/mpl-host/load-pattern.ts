/** Finds the pattern that an attribute names. */

import { PatternError } from '../../sim/errors.js';
import { LoadingTeller, type PatternLoading } from '../screen/loading.js';
import { isGzip, tooLarge } from './unpack.js';
import type { WorldSettings } from './world-messages.js';

/** A file of fewer bytes is read in no time. */
const SMALL = 2 ** 20;

export interface FetchOptions {
  /** Bytes of a file, packed or not, at most. */
  most: number;
  signal: AbortSignal;
  onprogress: (loading: PatternLoading) => void;
}

/**
 * @param pattern the name of a built-in pattern, or the URL of a file, relative to the document
 * @throws Error with a sentence for people
 */
async function loadPattern(pattern: string | null, options: FetchOptions): Promise<WorldSettings['pattern']> {
  const given = pattern?.trim();
  if (!given) return null;
  // A name has neither a dot nor a slash.
  if (!/[./:]/.test(given)) return { name: given };
  let url: URL;
  try {
    url = new URL(given, document.baseURI);
  } catch {
    throw new Error(`the pattern "${given}" is neither the name of one nor a URL`);
  }
  const { signal, most } = options;
  const failed = (error: Error) => {
    throw error instanceof PatternError ? error : new Error(`cannot load the pattern ${url.href}: ${error.message}`);
  };
  const response = await fetch(url, { signal }).catch(failed);
  if (!response.ok) throw new Error(`cannot load the pattern ${url.href}: ${response.status} ${response.statusText}`);
  const name = nameOf(url);
  const file = await gather(response, name, options).catch(failed);
  // A worker is sent a file without a copy being made, however large.
  return file.size <= SMALL && !(await isGzip(file)) ? { name, text: await file.text() } : { name, file, most };
}

function nameOf(url: URL): string {
  const last = url.pathname.split('/').at(-1) ?? '';
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A sign of per cent stands for itself.
  }
  return name.replace(/\.gz$/i, '').replace(/\.\w+$/, '');
}

/** As it comes, piece by piece: the browser keeps a Blob where it has room, if on disk. */
async function gather(response: Response, name: string, { most, signal, onprogress }: FetchOptions): Promise<Blob> {
  // What is packed on its way is longer than the header says.
  const stated = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length') ?? 0);
  const total = Number.isFinite(stated) ? stated : 0;
  const reader = response.body?.getReader();
  const parts: BlobPart[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  let done = 0;
  try {
    for (;;) {
      if (Math.max(done, total) > most) throw tooLarge(name, Math.max(done, total), most);
      const piece = await reader?.read();
      signal.throwIfAborted();
      if (!piece?.value) break;
      pieces.push(piece.value);
      held += piece.value.length;
      done += piece.value.length;
      onprogress({ name, phase: 'fetching', done, total });
      if (held < SMALL) continue;
      parts.push(new Blob(pieces));
      pieces = [];
      held = 0;
    }
  } catch (error) {
    void reader?.cancel().catch(() => {});
    throw error;
  }
  return new Blob([...parts, ...pieces]);
}

/** Loads the pattern that was asked for last. */
export class PatternLoader {
  #loading = new AbortController();
  readonly #teller: LoadingTeller;

  /** @param tell how far it is; null: none is fetched any more, and none was handed on that is still to be read. */
  constructor(tell: (loading: PatternLoading | null) => void) {
    this.#teller = new LoadingTeller(tell);
  }

  /** As `loadPattern`; undefined where another was asked for meanwhile, or none is wanted any more. */
  async load(pattern: string | null, most: number): Promise<WorldSettings['pattern'] | undefined> {
    this.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    const onprogress = (loading: PatternLoading) => signal.aborted || this.#teller.at(loading);
    try {
      const loaded = await loadPattern(pattern, { most, signal, onprogress });
      if (signal.aborted) return undefined;
      // Of one that takes long, the world says how it goes on.
      if (!loaded?.file) this.#teller.over();
      return loaded;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#teller.over();
      throw error;
    }
  }

  abort(): void {
    this.#loading.abort();
    this.#teller.over();
  }
}
