/**
 * A viewer that comes from another relay says what it holds. This relay may not have the channel yet; so that it can answer
 * with what the viewer lacks, instead of everything, the first word of such a viewer waits until it has.
 */

import type { Link } from '../../transport/link/link.js';
import { after } from '../../transport/session/timer.js';
import { subscribe } from '../../transport/wire/session.js';
import { frameName } from '../../transport/wire/types.js';

/** So long, ms; then it is answered by what there is. */
const HOLD = 2_000;
/** Bytes that are kept of what a viewer says meanwhile; with more, it is answered at once. */
const MOST = 64 * 1024;
const HEADER = 16;

/**
 * @param wait what is waited for, until it is `over`; null where there is no need
 * @param ms the longest that a viewer may be kept waiting
 */
export function holdResume(link: Link, wait: (over: AbortSignal) => Promise<void> | null, ms: number): void {
  const { onmessage: take } = link;
  let greeted = false;
  /** What was said meanwhile; null while nothing is waited for. */
  let held: Uint8Array[] | null = null;
  let bytes = 0;
  const over = new AbortController();
  const hold = (message: Uint8Array): void => {
    // It is not ours to keep.
    held?.push(message.slice());
    bytes += message.length;
    if (bytes > MOST) over.abort();
  };
  // Others may hear before this what comes: it stays where it is.
  link.onmessage = (message) => {
    const name = frameName(message[0]!);
    // Pings are answered: it is not forgotten.
    if (held !== null && name !== 'Ping') return hold(message);
    const first = !greeted && name === 'SubscribeFilter';
    greeted ||= first;
    const waiting = first && resumes(message) ? wait(over.signal) : null;
    if (waiting === null) return take?.(message);
    held = [];
    hold(message);
    const late = after(Math.min(HOLD, ms), () => over.abort());
    void waiting.then(() => {
      late.stop();
      const all = held ?? [];
      held = null;
      for (const one of all) take?.(one);
    });
  };
}

/** Does it hold a picture? What cannot be read is for others to refuse. */
function resumes(message: Uint8Array): boolean {
  try {
    return subscribe.decode(message.subarray(HEADER)).resume !== undefined;
  } catch {
    return false;
  }
}
