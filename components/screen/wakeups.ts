/** Times at which a screen looks again at the world around it. */

/** Media queries that change how a screen looks or how often it draws. */
const QUERIES = ['(prefers-reduced-motion: reduce)', '(prefers-color-scheme: dark)', '(forced-colors: active)'];

export const reducedMotion = (): boolean => matchMedia(QUERIES[0]!).matches;

export interface WakeupHandlers {
  /** The network or the page is back: what waits to try again should do so now. */
  again(): void;
  /** The page was hidden or shown, or the reader's preferences have changed. */
  look(): void;
  /** The page is left: it may be the last that is heard of it. */
  gone?(): void;
}

export function listenWakeups({ again, look, gone }: WakeupHandlers, signal: AbortSignal): void {
  window.addEventListener('online', again, { signal });
  window.addEventListener('pageshow', again, { signal });
  if (gone) window.addEventListener('pagehide', gone, { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      look();
      if (!document.hidden) again();
    },
    { signal },
  );
  for (const query of QUERIES) matchMedia(query).addEventListener('change', look, { signal });
}
