/** The picture of a screen: a view on its stage, kept as large as that, in its colors, drawn only where it is seen. */

import type { Grid } from '../../transport/state/grid.js';
import type { TileWindow } from '../../transport/wire/messages.js';
import { attachGestures, type Fit, type Gestures, observeSize, View, type ViewColors } from '../render/index.js';
import { splitColors } from './values.js';

export interface PictureHandlers {
  draw: (cells: number[], alive: boolean) => void;
  moved: () => void;
}

/**
 * The colors of an element that wears those of the cells as its own, so that the browser has resolved variables,
 * `light-dark()` and the like. `spec`, two colors or more, goes before them.
 */
export function readColors(element: Element, spec: string): ViewColors {
  const style = getComputedStyle(element);
  const [alive, ...between] = splitColors(spec) ?? [style.color, style.borderTopColor];
  const dead = between.pop();
  between.reverse();
  return {
    alive,
    dead,
    between,
    outside: style.outlineColor,
    grid: style.textDecorationColor,
    unknown: style.columnRuleColor,
  };
}

export class Picture {
  readonly view: View;
  #fit: Fit = 'contain';
  #gestures: Gestures | null = null;
  #seen = true;
  #colors = '';
  readonly #endings: (() => void)[];

  constructor(
    readonly stage: HTMLElement,
    readonly handlers: PictureHandlers,
  ) {
    this.view = new View(stage);
    const watcher = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)!.isIntersecting;
      this.wake();
    });
    watcher.observe(stage);
    this.#endings = [observeSize(stage, this.view), () => watcher.disconnect()];
  }

  get grid(): Grid | null {
    return this.view.grid as Grid | null;
  }
  set grid(grid: Grid | null) {
    const before = this.view.grid;
    this.view.grid = grid;
    // Another world is shown whole; the same one, come back, where somebody left it.
    if (grid && (before?.width !== grid.width || before.height !== grid.height)) this.fit();
  }

  /** The tiles that may ever come; null: all. */
  set allowed(window: TileWindow | null) {
    const { x, y, width, height } = window ?? { x: 0, y: 0, width: 0, height: 0 };
    this.view.scope = window && { x0: x, y0: y, x1: x + width, y1: y + height };
  }

  fit(mode: Fit = this.#fit): void {
    this.#fit = mode;
    this.view.camera.fit(mode);
  }

  zoom(factor: number): void {
    const { camera } = this.view;
    camera.zoomAt(factor, camera.cssWidth / 2, camera.cssHeight / 2);
  }

  /** May it be moved by hand? */
  set interactive(interactive: boolean) {
    if (interactive === (this.#gestures !== null)) return;
    const { stage } = this;
    const { draw, moved } = this.handlers;
    // What lies over the picture is moved by, too.
    const scene = stage.parentElement ?? stage;
    this.#gestures?.();
    this.#gestures = interactive ? attachGestures(scene, this.view, { draw, onchange: moved, stage }) : null;
  }

  set drawing(drawing: boolean) {
    if (this.#gestures) this.#gestures.drawing = drawing;
  }

  /** Draws or rests, as the page is in view or not. */
  wake(): void {
    this.view.paused = !this.#seen || document.hidden;
  }

  /** Takes up the colors of the style sheet, or those of `spec`. */
  recolor(spec: string): void {
    const colors = readColors(this.stage, spec);
    const key = JSON.stringify(colors);
    if (key === this.#colors) return;
    this.#colors = key;
    this.view.colors = colors;
  }

  dispose(): void {
    this.interactive = false;
    for (const end of this.#endings) end();
    this.view.dispose();
  }
}
