import { registry } from './registry.js';

const parentOf = (node: Node): Node | null =>
  (node instanceof Element && node.assignedSlot) || node.parentNode || (node instanceof ShadowRoot ? node.host : null);

/** The screen with this id: in the tree that `from` is in, else in the tree around it, and so on outwards. */
function byId(from: Node, id: string): HTMLElement | null {
  const { screens } = registry();
  let root: Node = from.getRootNode();
  for (;;) {
    // Not getElementById: of two elements with one id it would give the first, though only the second is a screen.
    for (const screen of screens) if (screen.id === id && screen.getRootNode() === root) return screen;
    if (!(root instanceof ShadowRoot)) return null;
    root = root.host.getRootNode();
  }
}

/**
 * The screen that an element belongs to: the one that its `for` names; without `for`, the nearest one around it; without
 * such, the only one on the page.
 */
export function findScreen(from: Element, id: string | null): HTMLElement | null {
  if (id) return byId(from, id);
  const { screens } = registry();
  for (let node = parentOf(from); node !== null; node = parentOf(node)) {
    if (screens.has(node as HTMLElement)) return node as HTMLElement;
  }
  return screens.size === 1 ? [...screens][0]! : null;
}

/** Why there is none, for a developer. */
export function whyNone(id: string | null): string {
  if (id) return `there is no screen with id="${id}"`;
  const { size } = registry().screens;
  return size === 0
    ? 'there is no <mpl-host> or <mpl-viewer> on the page'
    : `there are ${size} screens on the page; say which one with for="its id"`;
}
