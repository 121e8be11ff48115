/** Keys of a screen beyond those that move its picture, and the list of all. */

import { html, type TemplateResult } from 'lit';

export interface KeyActions {
  fullscreen(): void;
  /** Plays or pauses, or says why not. */
  toggle(): void;
  help(): void;
}

export const SHORTCUTS = 'ArrowUp ArrowDown ArrowLeft ArrowRight + - 0 1 F Space ?';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Arrows', 'move, with Shift further'],
  ['+ −', 'zoom in, zoom out'],
  ['0', 'show all'],
  ['1', 'one pixel a cell'],
  ['F', 'full screen'],
  ['Space', 'play or pause'],
  ['?', 'this list'],
];

export const KEYS_TEXT = KEYS.map(([keys, what]) => `${keys}: ${what}`).join('; ');

/** Listens while the focus is on `stage` itself: keys of what lies inside are not ours. */
export function onKey(event: KeyboardEvent, actions: KeyActions): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === 'f' || event.key === 'F') actions.fullscreen();
  else if (event.key === '?') actions.help();
  else if (event.key === ' ') actions.toggle();
  else return;
  event.preventDefault();
}

export const keyList = (): TemplateResult => html`<div id="keys" part="keys" popover tabindex="-1" aria-label="Keys">
  <dl>${KEYS.map(([keys, what]) => html`<dt>${keys}</dt><dd>${what}</dd>`)}</dl>
</div>`;
