/** Hands on a view: drag, pinch, wheel and keys move its camera; in drawing mode the pointer paints cells. */

import { line } from './line.js';
import type { View } from './view.js';

export interface GestureOptions {
  /** Cells painted, as x, y, x, y ..., all within the world: alive, or dead with the right button or an eraser. */
  draw?: (cells: number[], alive: boolean) => void;
  /** The camera was moved by hand. */
  onchange?: () => void;
  /** The focusable part of the element, where that is not itself. */
  stage?: Element;
}

/** Call it to detach. */
export interface Gestures {
  (): void;
  /** A drag paints instead of moving; two fingers and the middle button still move. */
  drawing: boolean;
}

/** CSS pixels of a line and a page of a wheel that counts in them. */
const LINE = 16;
const PAGE = 400;
const ZOOM_STEP = 1.5;
const TAKES_FOCUS = 'a[href],button,input,select,textarea,label,summary,[contenteditable],[tabindex]';

/**
 * Attaches to an element that has the view's canvas as its content box, `touch-action: none` in its style sheet, and is
 * focusable where keys are wanted. What lies inside, over the picture, is moved by as well, except where it is a link or a
 * form control or else takes the focus: those keep their clicks and keys. Arrows move (with Shift: further), `+` and `-` zoom, `0` fits, `1` is 1:1. Keys with
 * Ctrl, Alt or Meta and all other keys are left alone.
 */
export function attachGestures(element: HTMLElement, view: View, options: GestureOptions = {}): Gestures {
  const { camera } = view;
  const ending = new AbortController();
  /** Pointers that are down, where they were last. */
  const pointers = new Map<number, { x: number; y: number }>();
  /** The stroke in progress: its last cell, and what it paints. */
  let stroke: { pointer: number; x: number; y: number; alive: boolean } | null = null;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left - element.clientLeft, y: event.clientY - box.top - element.clientTop };
  };
  const moved = (): void => options.onchange?.();
  const middle = (): { x: number; y: number; apart: number } => {
    const [a, b] = [...pointers.values()];
    return { x: (a!.x + b!.x) / 2, y: (a!.y + b!.y) / 2, apart: Math.hypot(a!.x - b!.x, a!.y - b!.y) };
  };

  const paint = (x: number, y: number): void => {
    const { width, height } = camera.world;
    const cells = line(stroke!.x, stroke!.y, x, y);
    const inside: number[] = [];
    // The first cell of a line is the last of the one before: painted already.
    for (let i = cells.length > 2 ? 2 : 0; i < cells.length; i += 2) {
      if (cells[i]! >= 0 && cells[i]! < width && cells[i + 1]! >= 0 && cells[i + 1]! < height) {
        inside.push(cells[i]!, cells[i + 1]!);
      }
    }
    stroke!.x = x;
    stroke!.y = y;
    if (inside.length > 0) options.draw?.(inside, stroke!.alive);
  };

  /** Is it meant for something inside that takes the focus? */
  const isTaken = (event: Event): boolean => {
    for (const node of event.composedPath()) {
      if (node === element || node === options.stage) break;
      if (node instanceof Element && node.matches(TAKES_FOCUS)) return true;
    }
    return false;
  };

  const down = (event: PointerEvent): void => {
    if (isTaken(event)) return;
    const erases = event.button === 2 || event.button === 5;
    const paints = gestures.drawing && options.draw && (event.button === 0 || erases) && pointers.size === 0;
    if (!paints && event.button !== 0 && event.button !== 1) return;
    if (pointers.size >= 2) return;
    if (event.button === 1) event.preventDefault(); // Else the page would scroll by itself.
    const point = at(event);
    pointers.set(event.pointerId, point);
    element.setPointerCapture(event.pointerId);
    stroke = null; // A second finger moves the picture: it ends a stroke.
    if (!paints) return;
    stroke = { pointer: event.pointerId, ...camera.cellAt(point.x, point.y), alive: !erases };
    paint(stroke.x, stroke.y);
  };

  const move = (event: PointerEvent): void => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    if (stroke?.pointer === event.pointerId) {
      // The browser gathers several positions into one event a frame: without them, quick curves would be polygons.
      for (const part of event.getCoalescedEvents?.() ?? []) {
        const point = at(part);
        const cell = camera.cellAt(point.x, point.y);
        if (cell.x !== stroke.x || cell.y !== stroke.y) paint(cell.x, cell.y);
      }
      const point = at(event);
      const cell = camera.cellAt(point.x, point.y);
      if (cell.x !== stroke.x || cell.y !== stroke.y) paint(cell.x, cell.y);
      return;
    }
    const point = at(event);
    if (pointers.size === 2) {
      const before = middle();
      Object.assign(last, point);
      const after = middle();
      camera.panBy(after.x - before.x, after.y - before.y);
      if (before.apart > 0 && after.apart > 0) camera.zoomAt(after.apart / before.apart, after.x, after.y);
    } else {
      camera.panBy(point.x - last.x, point.y - last.y);
      Object.assign(last, point);
    }
    moved();
  };

  const up = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    if (stroke?.pointer === event.pointerId) stroke = null;
  };

  const wheel = (event: WheelEvent): void => {
    if (event.deltaY === 0) return;
    event.preventDefault();
    const pixels = event.deltaY * [1, LINE, PAGE][event.deltaMode]!;
    // A pinch on a trackpad comes as a wheel with Ctrl, in far smaller steps.
    const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002));
    const point = at(event);
    camera.zoomAt(Math.min(Math.max(factor, 0.5), 2), point.x, point.y);
    moved();
  };

  const double = (event: MouseEvent): void => {
    if (gestures.drawing || isTaken(event)) return;
    const point = at(event);
    camera.zoomAt(2, point.x, point.y);
    moved();
  };

  const key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTaken(event)) return;
    const far = event.shiftKey ? 0.5 : 0.125;
    const x = camera.cssWidth / 2;
    const y = camera.cssHeight / 2;
    if (event.key === 'ArrowLeft') camera.panBy(camera.cssWidth * far, 0);
    else if (event.key === 'ArrowRight') camera.panBy(-camera.cssWidth * far, 0);
    else if (event.key === 'ArrowUp') camera.panBy(0, camera.cssHeight * far);
    else if (event.key === 'ArrowDown') camera.panBy(0, -camera.cssHeight * far);
    else if (event.key === '+' || event.key === '=') camera.zoomAt(ZOOM_STEP, x, y);
    else if (event.key === '-' || event.key === '_') camera.zoomAt(1 / ZOOM_STEP, x, y);
    else if (event.key === '0') camera.fit('contain');
    else if (event.key === '1') camera.fit('none');
    else return;
    event.preventDefault();
    moved();
  };

  const menu = (event: MouseEvent): void => {
    if (gestures.drawing && options.draw) event.preventDefault();
  };

  const { signal } = ending;
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal, passive: true });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    element.addEventListener(end, up, { signal, passive: true });
  }
  element.addEventListener('wheel', wheel, { signal, passive: false });
  element.addEventListener('dblclick', double, { signal, passive: true });
  element.addEventListener('keydown', key, { signal });
  element.addEventListener('contextmenu', menu, { signal });

  const gestures: Gestures = Object.assign(() => ending.abort(), { drawing: false });
  return gestures;
}
