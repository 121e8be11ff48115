/** Draws replicas, and any other `TileGrid`, on a canvas, under a budget. Plain classes: no elements here. */

export { Camera, type Fit, MAX_SCALE, MIN_SCALE } from './camera.js';
export { DEFAULT_COLORS, parseColor, type Rgba, type ViewColors } from './colors.js';
export type { Frame, Size, TileRect } from './frame.js';
export { attachGestures, type GestureOptions, type Gestures } from './gestures.js';
export { observeSize } from './observe-size.js';
export type { RendererChoice } from './surface.js';
export { View, type ViewOptions, type ViewStats } from './view.js';
