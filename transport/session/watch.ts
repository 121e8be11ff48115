/** Receivers that do not acknowledge, or are silent, are asked whether they are there, and let go if they are not. */

import { CLOSE } from '../wire/codes.js';
import type { FanoutObserver } from './observer.js';
import type { SourceEnd } from './source-end.js';

/** A receiver that has not been sent anything for so long gets a ping, so that it knows the link is alive; ms. */
export const HEARTBEAT = { webrtc: 250, websocket: 10_000, memory: 10_000 } as const;
/** Frames are outstanding and nothing was acknowledged for this long: the receiver is stuck, ms. */
const STALLED = 10_000;
/** A receiver speaks every five seconds, or, where a hidden page's timers sleep, when it is asked; ms. */
const SILENT = { webrtc: 10_000, websocket: 30_000, memory: 30_000 } as const;

/** Looks at each of them once; from time to time, at least as often as the shortest heartbeat. */
export function watchOver(ends: Iterable<SourceEnd>, observer: FanoutObserver | null): void {
  const now = performance.now();
  for (const end of [...ends]) {
    const { pacer } = end.outbox;
    const stalled = pacer.inFlight > 0 && now - pacer.progressAt > STALLED;
    // A peer connection never says that its other side is gone, and a socket takes a quarter of an hour to notice.
    const silent = now - end.heardAt > SILENT[end.link.kind];
    observer?.waited(pacer.lag(now), end);
    if (stalled) end.close(CLOSE.timeout.code, 'frames are not acknowledged', 'stalled');
    else if (silent) end.close(CLOSE.timeout.code, 'nothing heard', 'silent');
    else {
      // Where a hidden page's timers sleep, it speaks (and acknowledges its last frames) only when it is asked.
      const unheard = Math.min(SILENT[end.link.kind], pacer.inFlight > 0 ? STALLED : Infinity) / 4;
      const ask = now - end.heardAt >= unheard && now - end.pingedAt >= unheard;
      if (ask || now - end.sentAt >= HEARTBEAT[end.link.kind]) end.ping();
    }
  }
}
