/** Loads a module that is to be streamed, and puts what may be wrong with one into a sentence. */

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { Kit } from '../../transport/signals/index.js';

/** What its default export may return: something to do before it ends. */
export type Cleanup = () => unknown;

/** A module that cannot be run, in a sentence that names it and the way out. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';
}

const EXAMPLE = 'export default ({ publish, every }) => { ... }';

export class StreamModule {
  readonly path: string;
  readonly name: string;
  readonly #url: string;

  /** @throws ModuleError if there is no such file */
  constructor(readonly file: string) {
    this.path = resolve(file);
    this.name = basename(this.path);
    this.#url = pathToFileURL(this.path).href;
    const stats = statSync(this.path, { throwIfNoEntry: false });
    if (stats === undefined) throw new ModuleError(`there is no file ${this.path}: give the path of a module`);
    if (!stats.isFile()) throw new ModuleError(`${file} is no file: give the path of a module in it`);
  }

  /**
   * Runs it. A default export is called with the kit; without one, the module has to open channels by itself.
   * @param opened how many channels have been opened
   * @throws ModuleError
   */
  async run(kit: Kit, opened: () => number): Promise<Cleanup | null> {
    const before = opened();
    const { default: main } = await this.#import();
    if (main === undefined) {
      if (opened() === before && !this.#hasOwnKit()) {
        throw new ModuleError(`${this.file} published nothing and has no default export: give it one, ${EXAMPLE}`);
      }
      return null;
    }
    if (typeof main !== 'function') {
      throw new ModuleError(
        `the default export of ${this.file} is ${inspect(main, { depth: 0 })}, not a function: ${EXAMPLE}`,
      );
    }
    try {
      const result: unknown = await main(kit);
      return typeof result === 'function' ? (result as Cleanup) : null;
    } catch (error) {
      throw new ModuleError(this.describe(error));
    }
  }

  /** Where in the module something was thrown, and what. */
  describe(error: unknown): string {
    const at = this.placeOf(error);
    return `${this.file}${at ?? ''} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)}`;
  }

  /** ":line:column" of the module, if the error tells of it. */
  placeOf(error: unknown): string | null {
    const stack = (error instanceof Error && error.stack) || '';
    for (const start of [this.#url, this.path]) {
      const place = stack.split(start)[1]?.match(/^:\d+(?::\d+)?/)?.[0];
      if (place !== undefined) return place;
    }
    return null;
  }

  async #import(): Promise<{ default?: unknown }> {
    try {
      return await import(this.#url);
    } catch (error) {
      throw new ModuleError(this.#explain(error as NodeJS.ErrnoException));
    }
  }

  #explain(error: NodeJS.ErrnoException): string {
    const { file } = this;
    const missing = /Cannot find (?:package|module) '([^']+)'/.exec(error?.message ?? '')?.[1];
    if (error?.code === 'ERR_MODULE_NOT_FOUND' && missing !== undefined) {
      return missing === 'mpl-kit'
        ? `${file} imports mpl-kit, which is not installed beside it: "npm install mpl-kit", or take what it needs as an argument, ${EXAMPLE}`
        : `${file} imports ${missing}, which is not there: install it, or mend the path`;
    }
    if (error?.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      return `${file} is nothing that this Node runs: give it JavaScript (.js, .mjs)`;
    }
    if (error instanceof SyntaxError) {
      return `${file}${this.placeOf(error) ?? ''} cannot be read: ${error.message}`;
    }
    return this.describe(error);
  }

  /** Is it another copy of the kit that it imports? Then nothing is known here of what it opens. */
  #hasOwnKit(): boolean {
    try {
      const theirs = createRequire(this.path).resolve('mpl-kit/package.json');
      const ours = createRequire(import.meta.url).resolve('mpl-kit/package.json');
      return theirs !== ours;
    } catch {
      return false;
    }
  }
}
