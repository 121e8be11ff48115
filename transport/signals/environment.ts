/** What signals need of the place where they run: a page, or Node. */

import { LOADED_FROM } from '../link/address.js';
import type { Link } from '../link/link.js';
import { connectWebSocket } from '../link/websocket.js';

export interface Environment {
  /** The relay that is meant where none is named; null for none. */
  server(): string | null;
  connect(url: string): Promise<Link>;
  /** The right to publish and to watch on this relay, where a program shows none by itself. */
  token?(server: URL): string | undefined;
  /** Tells whoever looks after the program how a connection fares. */
  notice(text: string): void;
  /** Keeps the program running, until the function returned is called. */
  hold(): () => void;
  /** Calls `wake` when what could not be reached may be reached again, until the function returned is called. */
  waking(wake: () => void): () => void;
  /** Calls `leave` when the program is about to go, and `back` if it did not; until the function returned is called. */
  leaving(leave: () => void, back: () => void): () => void;
}

const page: Environment = {
  server: () => LOADED_FROM ?? (/^https?:/.test(globalThis.location?.protocol ?? '') ? location.origin : null),
  connect: (url) => connectWebSocket(url),
  notice: (text) => console.warn(text),
  hold: () => () => {},
  waking(wake) {
    if (typeof globalThis.addEventListener !== 'function') return () => {};
    const stop = new AbortController();
    addEventListener('online', wake, stop);
    globalThis.document?.addEventListener('visibilitychange', () => document.hidden || wake(), stop);
    return () => stop.abort();
  },
  leaving(leave, back) {
    if (typeof globalThis.addEventListener !== 'function') return () => {};
    const stop = new AbortController();
    addEventListener('pagehide', leave, stop);
    // A page that comes back from the browser's cache goes on where it was.
    addEventListener('pageshow', (event) => (event as PageTransitionEvent).persisted && back(), stop);
    return () => stop.abort();
  },
};

let current: Environment = page;

export const environment = (): Environment => current;

/** For the entry of another place than a page. */
export function setEnvironment(change: Partial<Environment>): void {
  current = { ...current, ...change };
}
