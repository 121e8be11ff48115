import { VERSION } from '../version.js';

type Versioned = CustomElementConstructor & { mplVersion?: string };

/** Versions that this copy found in its place, and told of. */
const told = new Set<string>();

/**
 * Registers a tag, unless somebody has: the first copy of the kit that a page loads wins. Another one of the same version
 * is as good; one of another version says so, once.
 */
export function define(tag: string, element: CustomElementConstructor, version = VERSION): void {
  const first = customElements.get(tag) as Versioned | undefined;
  if (first === undefined) {
    (element as Versioned).mplVersion = version;
    customElements.define(tag, element);
    return;
  }
  const { mplVersion = 'unknown' } = first;
  if (mplVersion === version || told.has(mplVersion)) return;
  told.add(mplVersion);
  console.warn(`<${tag}> is of mpl-kit ${mplVersion}, loaded first; mpl-kit ${version} is not used. Load only one.`);
}
