/**
 * Notes when something happened, in page and worker alike. Loaded before the kit, it wraps three methods of it: a world's
 * step, a source's publish, and a replica's arrival at a version. The kit itself is as it is shipped.
 */

import { Life } from '../../sim/life/life.js';
import { Source } from '../../transport/source.js';
import { Grid } from '../../transport/state/grid.js';

/** A version, and when (ms since 1970, with fractions) it was reached. */
export type Mark = [version: number, at: number];

export interface Marks {
  /** The engine had computed it. */
  stepped: Mark[];
  /** It was captured, encoded, and given to every link. */
  published: Mark[];
  /** Bytes of the frames made for all receivers. */
  frameBytes: number;
  /** A replica in this page was equal to the source at it. */
  applied: Mark[];
}

/** One clock for all pages of a browser, if they agree; `clockOffset` finds out. */
export const clock = (): number => performance.timeOrigin + performance.now();

const marks: Marks = { stepped: [], published: [], applied: [], frameBytes: 0 };

const { step } = Life.prototype;
Life.prototype.step = function (this: Life, n?: number): void {
  step.call(this, n);
  marks.stepped.push([this.version, clock()]);
};

const { publish } = Source.prototype;
Source.prototype.publish = function (this: Source): number {
  const before = this.counts.frameBytes;
  const tiles = publish.call(this);
  marks.frameBytes += this.counts.frameBytes - before;
  marks.published.push([marks.stepped.at(-1)?.[0] ?? 0, clock()]);
  return tiles;
};

const { reached } = Grid.prototype;
Grid.prototype.reached = function (this: Grid, version: number, whole: boolean): void {
  reached.call(this, version, whole);
  if (whole) marks.applied.push([version, clock()]);
};

const hall = new BroadcastChannel('mpl-bench');
let name = typeof document === 'undefined' ? 'worker' : '';
hall.addEventListener('message', ({ data }) => {
  if (data.ask === name) hall.postMessage({ answer: data.id, at: clock() });
});

/** How far another page's clock is ahead of this one's, and how far that may be wrong; ms. */
async function clockOffset(other: string): Promise<{ offset: number; error: number }> {
  let best = { offset: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (let id = 0; id < 100; id++) {
    const asked = clock();
    const at = await new Promise<number>((resolve) => {
      const hear = ({ data }: MessageEvent) => {
        if (data.answer !== id) return;
        hall.removeEventListener('message', hear);
        resolve(data.at);
      };
      hall.addEventListener('message', hear);
      hall.postMessage({ ask: other, id });
    });
    const answered = clock();
    const error = (answered - asked) / 2;
    if (error < best.error) best = { offset: at - (asked + answered) / 2, error };
  }
  return best;
}

const bench = {
  clock,
  clockOffset,
  call: (mine: string): void => {
    name = mine;
  },
  /** What was noted since the last time. */
  take: (): Marks => {
    const taken = { ...marks };
    Object.assign(marks, { stepped: [], published: [], applied: [], frameBytes: 0 });
    return taken;
  },
};

declare global {
  var BENCH: typeof bench;
}
globalThis.BENCH = bench;
