/** The layers of one viewer: they share its camera, and where it has no channel, they make its world and its status. */

import type { Frame, Size } from '../render/index.js';
import type { LayerStack } from '../screen/layer-stack.js';
import type { ScreenState } from '../screen/state.js';
import { type Area, union } from './placement.js';

/** What is needed of a layer here. */
export interface Stacked extends HTMLElement {
  readonly status: ScreenState['status'];
  readonly reason: string;
  /** Of its picture; empty where it has none, ever. */
  readonly name: string;
  /** Its region; null for all of the ground. */
  readonly area: Area | null;
  /** Of its picture, in cells; null as long as there is none. */
  readonly size: Size | null;
  /** Goes where the ground went. `plane` is all of the ground. */
  place(stage: Frame, plane: Area, dpr: number): void;
  requestUpdate(): void;
  retry(): void;
}

/** What is needed of their viewer. */
export interface Ground extends HTMLElement {
  stack: LayerStack | null;
  readonly view: {
    readonly grid: Size | null;
    readonly camera: { world: Size; x: number; y: number; readonly fitted: unknown; readonly dpr: number };
  } | null;
  layersChanged(): void;
}

/** The best of these is how a viewer without a channel stands. */
const BEST_FIRST = ['live', 'connecting', 'reconnecting', 'waiting', 'ended', 'failed'] as const;
/** The world, where neither a ground nor a region nor a picture says how large it is. */
const BLANK: Area = { x: 0, y: 0, width: 1024, height: 576 };

export class Stack implements LayerStack {
  readonly #layers = new Set<Stacked>();
  #frame: Frame | null = null;
  #corner = { x: 0, y: 0 };

  constructor(readonly ground: Ground) {
    ground.addEventListener('mpl-status', ({ target }) => {
      if (this.#layers.has(target as Stacked)) ground.layersChanged();
    });
  }

  /** In the order of the document. */
  get #pictures(): Stacked[] {
    return ([...this.ground.children] as Stacked[]).filter((layer) => this.#layers.has(layer) && layer.name);
  }

  get state(): ScreenState {
    const pictures = this.#pictures;
    for (const status of BEST_FIRST) {
      const best = pictures.find((layer) => layer.status === status);
      if (best) return { status, reason: best.reason, retryAt: 0 };
    }
    return { status: 'idle', reason: '', retryAt: 0 };
  }

  get names(): string[] {
    return this.#pictures.map(({ name }) => name);
  }

  get pictured(): boolean {
    return this.#pictures.some(({ size }) => size !== null);
  }

  add(layer: Stacked): void {
    this.#layers.add(layer);
    this.ground.layersChanged();
  }

  delete(layer: Stacked): void {
    this.#layers.delete(layer);
    this.ground.layersChanged();
  }

  /** A layer has another region, picture or name. */
  arrange(): void {
    if (this.#frame) this.follow(this.#frame);
  }

  follow(frame: Frame): void {
    this.#frame = frame;
    const { view } = this.ground;
    if (view === null) return;
    const { camera, grid } = view;
    const plane = grid ? { x: 0, y: 0, width: grid.width, height: grid.height } : this.#plane();
    const { x, y } = this.#corner;
    this.#corner = plane;
    const { width, height } = camera.world;
    if (!grid && (width !== plane.width || height !== plane.height || x !== plane.x || y !== plane.y)) {
      const { fitted } = camera;
      camera.world = plane;
      // Who has moved the picture keeps what is in view.
      if (!fitted) Object.assign(camera, { x: camera.x + x - plane.x, y: camera.y + y - plane.y });
      // Moving the camera has asked for another frame.
      return;
    }
    for (const layer of this.#layers) layer.place(frame, plane, camera.dpr);
  }

  changed(): void {
    for (const layer of this.#layers) layer.requestUpdate();
  }

  retry(): void {
    for (const layer of this.#layers) if (layer.name) layer.retry();
  }

  /** The world of a viewer without a picture of its own. */
  #plane(): Area {
    const layers = [...this.#layers];
    const sizes = layers.flatMap(({ size }) => (size ? [{ x: 0, y: 0, width: size.width, height: size.height }] : []));
    return union(layers.flatMap(({ area }) => area ?? [])) ?? union(sizes) ?? BLANK;
  }
}
