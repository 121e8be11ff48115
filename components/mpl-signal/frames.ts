/** When elements show what is new: all of them with the next frame, however often it changed since the last one. */

type Run = () => void;

/** Where the page is hidden there are no frames; what binds goes on at this pace, ms. */
const HIDDEN = 100;
const TICK = 1_000;

const waiting = new Set<Run>();
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let watching = false;

function schedule(): void {
  if (document.hidden) timer ??= setTimeout(run, HIDDEN);
  else if (frame === 0) frame = requestAnimationFrame(run);
}

function unschedule(): void {
  cancelAnimationFrame(frame);
  clearTimeout(timer);
  frame = 0;
  timer = undefined;
}

function safely(run: Run): void {
  try {
    run();
  } catch (error) {
    // One that fails keeps nobody else waiting.
    reportError(error);
  }
}

function run(): void {
  unschedule();
  const now = [...waiting];
  waiting.clear();
  now.forEach(safely);
}

/** Runs it once, with the next frame, or soon where the page has none. */
export function soon(run: Run): void {
  if (!watching) {
    watching = true;
    document.addEventListener('visibilitychange', () => {
      // A frame that was asked for before may be long in coming.
      unschedule();
      if (waiting.size > 0) schedule();
    });
  }
  waiting.add(run);
  schedule();
}

/** It is no longer wanted. */
export function never(run: Run): void {
  waiting.delete(run);
}

const ticking = new Set<Run>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** Runs it each second while the page can be seen, until what is returned is called. */
export function eachSecond(run: Run): Run {
  ticking.add(run);
  ticker ??= setInterval(() => {
    if (!document.hidden) [...ticking].forEach(safely);
  }, TICK);
  return () => {
    ticking.delete(run);
    if (ticking.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}
