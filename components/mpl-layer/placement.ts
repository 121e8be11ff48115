/** Where a layer lies: from units of the world to device pixels of the stage. Pure arithmetic, no DOM. */

import { pixelOf } from '../render/frame.js';
import { Camera, type Frame, type Size } from '../render/index.js';

/** A rectangle of the world, in its units: cells of the ground. */
export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** A rectangle of the stage in whole device pixels. It may reach far beyond it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Farther out, and smaller than its inverse, pixels could no longer be counted. */
const FAR = 2 ** 31;

/** `x y width height`, parted by blanks or commas; null where it is no such thing. */
export function parseRegion(text: string): Area | null {
  const numbers = text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [x, y, width, height] = numbers as [number, number, number, number];
  const fine = numbers.length === 4 && numbers.every((n) => Math.abs(n) <= FAR) && Math.min(width, height) >= 1 / FAR;
  return fine ? { x, y, width, height } : null;
}

/** The smallest rectangle around all; null around none. */
export function union(areas: readonly Area[]): Area | null {
  if (areas.length === 0) return null;
  const x = Math.min(...areas.map((a) => a.x));
  const y = Math.min(...areas.map((a) => a.y));
  const right = Math.max(...areas.map((a) => a.x + a.width));
  const bottom = Math.max(...areas.map((a) => a.y + a.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The largest rectangle of the shape of `grid` in the middle of an area. */
export function fitInto({ x, y, width, height }: Area, grid: Size): Area {
  const unit = Math.min(width / grid.width, height / grid.height);
  const [w, h] = [grid.width * unit, grid.height * unit];
  return { x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h };
}

/**
 * The pixels of an area. An edge between cells of the ground lies where the ground has drawn it, so areas side by side
 * share neither a pixel nor a gap.
 */
export function boxOf({ x, y, width, height }: Area, { originX, originY, scale }: Frame): Box {
  return {
    left: pixelOf(x, originX, scale),
    top: pixelOf(y, originY, scale),
    right: pixelOf(x + width, originX, scale),
    bottom: pixelOf(y + height, originY, scale),
  };
}

/** The part of a box that is in view; of one that is not, an empty one. */
export function inView({ left, top, right, bottom }: Box, { width, height }: Size): Box {
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  return { left: x, top: y, right: Math.max(x, Math.min(right, width)), bottom: Math.max(y, Math.min(bottom, height)) };
}

/** The frame of a canvas over `part` of the stage, with the grid stretched over `area`. */
export function frameOn(part: Box, area: Area, grid: Size, stage: Frame): Frame {
  const { left, top } = boxOf(area, stage);
  const unit = area.width / grid.width;
  return {
    width: part.right - part.left,
    height: part.bottom - part.top,
    scale: stage.scale * unit,
    cssScale: stage.cssScale * unit,
    originX: left - part.left,
    originY: top - part.top,
  };
}

/** Looks where it is told to. */
export class FollowingCamera extends Camera {
  #frame: Frame = { width: 0, height: 0, scale: 1, cssScale: 1, originX: 0, originY: 0 };

  override frame(): Frame {
    return this.#frame;
  }

  /** False where it looks there already. */
  follow(frame: Frame): boolean {
    const old = this.#frame;
    this.#frame = frame;
    return (Object.keys(frame) as (keyof Frame)[]).some((name) => frame[name] !== old[name]);
  }
}
