/**
 * Which screens are on the page. One list for all copies of the kit that a page may have loaded, so that the controls of
 * one find the screen of another.
 */

interface Registry {
  /** Connected screens, in the order in which they came. */
  readonly screens: Set<HTMLElement>;
  readonly listeners: Set<() => void>;
}

const KEY = Symbol.for('mpl-kit.screens.1');
const home = globalThis as { [KEY]?: Registry };

/** The list, made by whoever asks first. */
export const registry = (): Registry => (home[KEY] ??= { screens: new Set(), listeners: new Set() });

/** Something changed that may pair controls with other screens. */
export function announce(): void {
  for (const listener of registry().listeners) listener();
}

/** A screen is there. Returns what to call when it is gone. */
export function enter(screen: HTMLElement): () => void {
  const { screens } = registry();
  screens.add(screen);
  announce();
  return () => {
    screens.delete(screen);
    announce();
  };
}
