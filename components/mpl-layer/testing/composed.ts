/** What a viewer with layers shows, read from its canvases as they lie on the page. */

import type { MplViewer } from '../../mpl-viewer/mpl-viewer.js';
import type { MplLayer } from '../mpl-layer.js';

export type Color = readonly number[];

export interface Sheet {
  /** Device pixels, from the corner of the viewer. */
  left: number;
  top: number;
  z: number;
  opacity: number;
  image: ImageData;
}

export const partOf = (layer: MplLayer, name: string): HTMLElement =>
  layer.shadowRoot!.querySelector<HTMLElement>(`[part~=${name}]`)!;

export function sheetOf(viewer: MplViewer, canvas: HTMLCanvasElement, box?: HTMLElement): Sheet | null {
  const { width, height } = canvas;
  const at = canvas.getBoundingClientRect();
  if (width * height === 0 || at.width * at.height === 0) return null;
  const copy = new OffscreenCanvas(width, height).getContext('2d')!;
  copy.drawImage(canvas, 0, 0);
  const stage = viewer.shadowRoot!.querySelector('#scene')!.getBoundingClientRect();
  const style = box && getComputedStyle(box);
  return {
    left: (at.left - stage.left) * devicePixelRatio,
    top: (at.top - stage.top) * devicePixelRatio,
    z: Number(style?.zIndex ?? 0),
    opacity: Number(style?.opacity ?? 1),
    image: copy.getImageData(0, 0, width, height),
  };
}

/** The canvases in view, the lowest first. */
export function sheets(viewer: MplViewer): Sheet[] {
  const ground = viewer.view!.canvas;
  const layers = [...viewer.querySelectorAll('mpl-layer')].map((layer) => {
    const canvas = layer.shadowRoot!.querySelector('canvas');
    return canvas && sheetOf(viewer, canvas, partOf(layer, 'layer'));
  });
  const all = [sheetOf(viewer, ground), ...layers].filter((sheet) => sheet !== null);
  return all.sort((a, b) => a.z - b.z);
}

/** The color at the middle of a cell of the world, over black. */
export function composed(viewer: MplViewer, x: number, y: number): Color {
  const { originX, originY, scale } = viewer.view!.camera.frame();
  const px = Math.floor(originX + (x + 0.5) * scale);
  const py = Math.floor(originY + (y + 0.5) * scale);
  let color = [0, 0, 0];
  for (const { left, top, opacity, image } of sheets(viewer)) {
    const [sx, sy] = [px - Math.round(left), py - Math.round(top)];
    if (sx < 0 || sy < 0 || sx >= image.width || sy >= image.height) continue;
    const [r, g, b, a] = image.data.subarray((sy * image.width + sx) * 4) as unknown as number[];
    const cover = (a! / 255) * opacity;
    color = color.map((below, i) => Math.round([r!, g!, b!][i]! * cover + below * (1 - cover)));
  }
  return color;
}
