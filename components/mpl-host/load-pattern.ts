/** Finds the pattern that an attribute names. */

import type { WorldSettings } from './world-messages.js';

/** A file larger than this is none that a page should load by itself. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * @param pattern the name of a built-in pattern, or the URL of a file, relative to the document
 * @throws Error with a sentence for people
 */
async function loadPattern(pattern: string | null, signal: AbortSignal): Promise<WorldSettings['pattern']> {
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
  const response = await fetch(url, { signal }).catch((error: Error) => {
    throw new Error(`cannot load the pattern ${url.href}: ${error.message}`);
  });
  if (!response.ok) throw new Error(`cannot load the pattern ${url.href}: ${response.status} ${response.statusText}`);
  if (Number(response.headers.get('content-length') ?? 0) > MAX_BYTES) {
    throw new Error(`the pattern ${url.href} is larger than ${MAX_BYTES / 2 ** 20} MiB`);
  }
  const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
  return { name, text: await response.text() };
}

/** Loads the pattern that was asked for last. */
export class PatternLoader {
  #loading = new AbortController();

  /** As `loadPattern`; undefined where another was asked for meanwhile, or none is wanted any more. */
  async load(pattern: string | null): Promise<WorldSettings['pattern'] | undefined> {
    this.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      const loaded = await loadPattern(pattern, signal);
      return signal.aborted ? undefined : loaded;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  abort(): void {
    this.#loading.abort();
  }
}
