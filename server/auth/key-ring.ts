/** The keys of a relay as they are now: files are read again when they change, and sets from a URL after a while. */

import type { Log } from '../log.js';
import { isKeyFile, openKeys, type TokenKey, type VerifyingKey } from './keys.js';
import { watchText } from './watch-file.js';

export interface KeyRingOptions {
  /** Milliseconds after which sets from a URL are fetched again. */
  jwksMs: number;
  log: Pick<Log, 'write'>;
}

export class KeyRing {
  /** Called when there are others. */
  onchange: (() => void) | null = null;
  #keys: readonly VerifyingKey[];
  #stops: (() => void)[] = [];

  /** @throws OptionError where they cannot be used */
  constructor(
    readonly given: readonly TokenKey[],
    readonly options: KeyRingOptions,
  ) {
    this.#keys = openKeys(given, options);
    this.#follow();
  }

  get keys(): readonly VerifyingKey[] {
    return this.#keys;
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #follow(): void {
    const files = this.given.filter(isKeyFile);
    this.#stops = [
      ...files.map(({ file }) => watchText(file, () => this.#read(file))),
      ...this.#keys.flatMap((key) => key.follow?.(() => this.onchange?.()) ?? []),
    ];
  }

  #read(file: string): void {
    const { log } = this.options;
    try {
      this.#keys = openKeys(this.given, { ...this.options, emptied: true });
    } catch (error) {
      // It is being written, or was written wrong. The reason repeats no secret.
      log.write('error', 'a key file cannot be used: the keys that were in it before still count', {
        file,
        why: (error as Error).message,
      });
      return;
    }
    log.write('warn', 'a key file has changed', { file, keys: this.#keys.length });
    this.close();
    this.#follow();
    this.onchange?.();
  }
}
