/** Keeps a view as large as an element, to the device pixel. */

import type { View } from './view.js';

/** Follows the content box of `element`, and the zoom of the page. Returns a function that ends it. */
export function observeSize(element: Element, view: View): () => void {
  const resized = ([entry]: ResizeObserverEntry[]): void => {
    const box = entry!.contentRect;
    const dpr = window.devicePixelRatio || 1;
    // At a fractional ratio only the browser knows to how many pixels an element was rounded.
    const exact = entry!.devicePixelContentBoxSize?.[0];
    if (exact) view.resize(exact.inlineSize / dpr, exact.blockSize / dpr, dpr);
    else view.resize(box.width, box.height, dpr);
  };
  const observer = new ResizeObserver(resized);
  try {
    observer.observe(element, { box: 'device-pixel-content-box' });
  } catch {
    observer.observe(element); // Safari
  }
  return () => observer.disconnect();
}
