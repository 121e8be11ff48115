/** CSS colors to numbers, by the browser's own parser. */

import { type Rgba, rampOf } from './ramp.js';

export type { Rgba };

/** The colors of a view, as CSS colors. `currentColor` and `var()` mean nothing here: resolve them first. */
export interface ViewColors {
  alive?: string;
  dead?: string;
  /** For worlds of more than two states, colors on the way from dead to alive. Default: none asked for, see `rampOf`. */
  between?: readonly string[];
  /** Lines between cells, from 8 pixels a cell on. May be translucent. */
  grid?: string;
  /** Beyond the edge of the world. */
  outside?: string;
  /** Tiles of which nothing has come yet. May be transparent. */
  unknown?: string;
}

/** What painters use. */
export interface Palette {
  readonly alive: Rgba;
  readonly dead: Rgba;
  readonly grid: Rgba;
  readonly outside: Rgba;
  readonly unknown: Rgba;
  /** From dead to alive, in 256 steps: for cells of more than two states. */
  readonly ramp: readonly Rgba[];
  /** Nothing of what lies behind shows through. */
  readonly opaque: boolean;
}

export const DEFAULT_COLORS: Required<ViewColors> = {
  alive: '#e9f2ff',
  dead: '#0c1118',
  between: [],
  grid: 'rgb(88 104 130 / 0.45)',
  outside: '#06090d',
  unknown: '#1d2733',
};

let context: CanvasRenderingContext2D | null | undefined;

/** A CSS color as numbers, or null where it is none. */
export function parseColor(css: string): Rgba | null {
  if (context === undefined) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    context = canvas.getContext('2d', { willReadFrequently: true });
  }
  if (!context) return null;
  // A canvas ignores what it cannot parse: the color it keeps then is the one it had.
  context.fillStyle = '#000';
  context.fillStyle = css;
  const first = context.fillStyle;
  context.fillStyle = '#fff';
  context.fillStyle = css;
  if (context.fillStyle !== first) return null;
  context.clearRect(0, 0, 1, 1);
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return [r!, g!, b!, a!];
}

/** `share` of one color and the rest of another. Each weighs as much as it covers: what is transparent lends no hue. */
export function blend(a: Rgba, b: Rgba, share: number): Rgba {
  const [p, q] = [a[3] * share, b[3] * (1 - share)];
  const mix = (i: 0 | 1 | 2): number => Math.round((a[i] * p + b[i] * q) / (p + q || 1));
  return [mix(0), mix(1), mix(2), Math.round(p + q)];
}

/** A color laid over another. */
const over = (top: Rgba, below: Rgba): Rgba => blend([top[0], top[1], top[2], 255], below, top[3] / 255);

/** Numbers for a set of colors; a missing or invalid one falls back to the default. What is dead may be transparent. */
export function paletteOf(colors: ViewColors): Palette {
  const read = (name: Exclude<keyof ViewColors, 'between'>): Rgba =>
    (colors[name] ? parseColor(colors[name]) : null) ?? parseColor(DEFAULT_COLORS[name]) ?? [0, 0, 0, 255];
  const dead = read('dead');
  const [alive, outside] = [over(read('alive'), dead), over(read('outside'), dead)];
  const unknown = read('unknown');
  const between = (colors.between ?? []).map((css) => parseColor(css)).filter((color) => color !== null);
  const ramp = rampOf([dead, ...between, alive]);
  const opaque = [...ramp, outside, unknown].every(([, , , a]) => a === 255);
  return { dead, alive, outside, unknown, ramp, grid: read('grid'), opaque };
}
