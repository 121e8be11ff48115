/**
 * One polite live region for the whole page: changes of status and refusals, no numbers. Screens that change within the
 * same second are read out together, and what has changed again by then is not read out at all.
 */

const KEY = Symbol.for('mpl-kit.announcer.1');
const QUIET = 1_000;

interface Announcer {
  say(who: object, text: string): void;
}

function create(): Announcer {
  const host = document.createElement('div');
  const region = document.createElement('div');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  region.setAttribute('aria-live', 'polite');
  root.append(region);
  host.dataset.mpl = 'announcer';
  const waiting = new Map<object, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    say(who, text) {
      // A page may throw its body away: the region is put in again when it is needed.
      if (!host.isConnected) document.body.append(host);
      waiting.set(who, text);
      clearTimeout(timer);
      timer = setTimeout(() => {
        region.textContent = [...new Set(waiting.values())].join('. ');
        waiting.clear();
      }, QUIET);
    },
  };
}

/** Lets those who cannot see it know. */
export function announceText(who: object, text: string): void {
  const home = globalThis as { [KEY]?: Announcer };
  (home[KEY] ??= create()).say(who, text);
}
