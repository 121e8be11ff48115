/** A viewer comes to a channel: how long until it has the whole picture, and until it has a direct link. */

import { clock } from './marks.js';

export interface Join {
  /** From being put on the page to the first whole picture, ms. */
  picture: number;
  /** To the moment at which the picture comes by WebRTC, ms; null where it does not. */
  direct: number | null;
  /** Between two versions shown, from the first picture until half a second after the change of link: the longest time, ms. */
  gap: number;
}

async function join(attributes: Record<string, string>): Promise<Join> {
  const viewer = document.createElement('mpl-viewer');
  for (const [key, value] of Object.entries(attributes)) viewer.setAttribute(key, value);
  const wanted = attributes.transport === 'relay' ? 'websocket' : 'webrtc';
  globalThis.BENCH.take();
  const began = clock();
  const linked = new Promise<number>((resolve, reject) => {
    setTimeout(() => reject(new Error(`no ${wanted} within 20 s: ${viewer.stats.linkReason}`)), 20_000);
    viewer.addEventListener('mpl-status', ({ link }) => link === wanted && resolve(clock()));
  });
  document.body.append(viewer);
  const at = await linked;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const applied = globalThis.BENCH.take().applied.map(([, when]) => when);
  viewer.remove();
  // The source should know that it has gone before the next one comes.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    picture: applied[0]! - began,
    direct: wanted === 'webrtc' ? at - began : null,
    gap: Math.max(...applied.slice(1).map((when, i) => when - applied[i]!)),
  };
}

declare global {
  var joinOnce: typeof join;
}
globalThis.joinOnce = join;
