/** What an element takes from where it stands: the language of the text around it, and the channel of what it lies in. */

import type { TokenSource } from '../../transport/session/tokens.js';
import { registry } from '../association/registry.js';

/** What is looked for, around an element, through shadow roots. */
export function closest(element: Element, selector: string): Element | null {
  for (let at: Element | null = element; at !== null; ) {
    // A slotted child lies in its parent of the document, not in the slot: the author's words go first.
    const found: Element | null = at.closest(selector);
    if (found !== null) return found;
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return null;
}

/** The language it is written in, as the page says. */
export const languageOf = (element: Element): string | undefined =>
  closest(element, '[lang]:not([lang=""])')?.getAttribute('lang') ?? undefined;

const SCREENS = ['mpl-viewer', 'mpl-host', 'mpl-layer'];

/** The nearest element around it that says this: `mpl-channel` on any element, `channel` on a screen or layer. */
function saying(element: Element, name: string): { around: Element; prefix: string } | null {
  const parent = element.parentNode;
  const start = parent instanceof ShadowRoot ? parent.host : element.parentElement;
  const around = start && closest(start, [`[mpl-${name}]`, ...SCREENS.map((tag) => `${tag}[${name}]`)].join());
  return around ? { around, prefix: around.hasAttribute(`mpl-${name}`) ? 'mpl-' : '' } : null;
}

export interface Stream {
  channel: string | null;
  server: string | null;
  /** The right to watch, or what gives it. */
  token: TokenSource | null;
}

/** What an element, or one around it, says of its stream. */
interface Said {
  channel?: string | null;
  server?: string | null;
  token?: string | null;
  getToken?: (() => string | Promise<string>) | null;
}

/**
 * Where an element's stream comes from: what it says itself, else what is said around it. A token goes only to the channel
 * and the server that it was given for.
 */
export function streamOf(element: Element, own: Said): Stream {
  const from = own.channel ? null : saying(element, 'channel');
  const server = own.server ? null : saying(element, 'server');
  const around = from?.around as (Element & Said) | undefined;
  const say = (said: typeof from, name: string): string | null => said?.around.getAttribute(said.prefix + name) ?? null;
  return {
    channel: own.channel || say(from, 'channel'),
    server: own.server || say(server, 'server'),
    token: own.getToken || own.token || (own.server ? null : (around?.getToken ?? say(from, 'token'))),
  };
}

const ATTRIBUTES = ['lang', 'channel', 'server', 'token', 'mpl-channel', 'mpl-server', 'mpl-token'];
const listeners = new Set<() => void>();
let observer: MutationObserver | null = null;

/** Calls it when the words above may have changed, until what is returned is called. One observer serves all. */
export function onSurroundings(changed: () => void): () => void {
  listeners.add(changed);
  // What is no attribute, such as where tokens come from, screens tell.
  registry().listeners.add(changed);
  if (observer === null) {
    observer = new MutationObserver(() => {
      for (const listener of listeners) listener();
    });
    observer.observe(document, { subtree: true, attributes: true, attributeFilter: ATTRIBUTES });
  }
  return () => {
    listeners.delete(changed);
    registry().listeners.delete(changed);
    if (listeners.size > 0) return;
    observer?.disconnect();
    observer = null;
  };
}
