/** What a request for signals says behind its question mark. */

import { SignalError, wrongName } from '../../../transport/wire/signal-value.js';
import { Problem } from './problem.js';

export interface SignalQuery {
  /** Names asked for; null = all. */
  select: ReadonlySet<string> | null;
  /** Events a second, at most. */
  maxFps: number | undefined;
  /** As an event stream. */
  sse: boolean;
  /** Share the channel with other sources. */
  merge: boolean;
  /** What is held will do. */
  cached: boolean;
}

const MAX_FPS = 120;

/** @throws Problem that names what is wrong; what nobody knows is passed over */
export function readQuery(url: string, maxSelect: number): SignalQuery {
  const params = new URLSearchParams(url.split('?').slice(1).join('?'));
  const flag = (name: string): boolean => !['0', 'false', 'no'].includes(params.get(name) ?? 'no');
  return {
    select: readSelect(params.getAll('select'), maxSelect),
    maxFps: readFps(params.get('max-fps')),
    sse: flag('sse'),
    merge: flag('merge'),
    cached: flag('cached'),
  };
}

function readSelect(lists: string[], maxSelect: number): ReadonlySet<string> | null {
  if (lists.length === 0) return null;
  const names = new Set(lists.flatMap((list) => list.split(',')));
  if (names.size > maxSelect) throw new Problem(400, `more than ${maxSelect} names are selected (maxSelect)`);
  for (const name of names) {
    const wrong = wrongName(name);
    if (wrong !== null) throw new SignalError(name, wrong);
  }
  return names;
}

function readFps(text: string | null): number | undefined {
  if (text === null) return undefined;
  const fps = text.trim() === '' ? Number.NaN : Number(text);
  if (fps > 0 && fps <= MAX_FPS) return fps;
  throw new Problem(400, `max-fps is events a second, above 0 and up to ${MAX_FPS}, and not ${JSON.stringify(text)}`);
}
