import { VERSION } from '../version.js';

type Versioned = CustomElementConstructor & { mplVersion?: string };

/** Registers a tag, unless somebody has: the first copy of the kit that a page loads wins, and the next one says so. */
export function define(tag: string, element: CustomElementConstructor): void {
  const first = customElements.get(tag) as Versioned | undefined;
  if (first === undefined) {
    (element as Versioned).mplVersion = VERSION;
    customElements.define(tag, element);
  } else if (first !== element) {
    console.warn(`<${tag}> is version ${first.mplVersion ?? 'unknown'}, loaded first; version ${VERSION} is not used.`);
  }
}
