/**
 * What the threads of a world say to each other: words in a small shared memory. The slots of blocks are cut into chunks,
 * and each thread has a range of chunks of its own, so that blocks stay near the core that computed them last; whoever is
 * done with its own takes from the others'.
 *
 * A chunk is claimed by one atomic exchange, and only then is read what is to be done with it: the generation cannot end
 * before the chunk is counted as done. So nobody needs to know who is there: a thread that wakes late finds nothing left.
 */

/** Words in a line of the processor's cache, which no two threads should write to. */
const LINE = 16;

/** Counts generations; waited for by helpers. */
const JOB = 0;
/** There will be no more of them. */
const OVER = 1;
/** Helpers that are there. */
const READY = 2;
/** One of them has failed. */
const FAILED = 3;
/** Chunks done of this generation; waited for by the owner. */
const DONE = LINE;
// What is to be done: written before there is anything to claim.
const PARITY = 2 * LINE;
const SKY = PARITY + 1;
const CHUNK = PARITY + 2;
/** A line for each thread: chunks of its range that are left, and where the range ends. */
const RANGES = 3 * LINE;

/** How long to look again and again before sleeping, ms: about as long as it takes to wake up. */
const SPIN = 0.1;
/** Leaves the core, for a moment, to the other thread that it may have: newer than the types. */
const { pause = () => {} } = Atomics as { pause?: () => void };

export class Control {
  readonly words: Int32Array;

  constructor(
    readonly threads: number,
    readonly shared = new SharedArrayBuffer((RANGES + threads * LINE) * 4),
  ) {
    this.words = new Int32Array(shared);
  }

  /** Begins a generation: slots from 0 on, so many a chunk. */
  begin(parity: number, sky: number, slots: number, chunk: number): void {
    const { words, threads } = this;
    words[PARITY] = parity;
    words[SKY] = sky;
    words[CHUNK] = chunk;
    Atomics.store(words, DONE, 0);
    const chunks = Math.ceil(slots / chunk);
    const end = (thread: number) => Math.floor((chunks * thread) / threads);
    for (let thread = 0; thread < threads; thread++) words[RANGES + thread * LINE + 1] = end(thread + 1);
    for (let thread = 0; thread < threads; thread++)
      Atomics.store(words, RANGES + thread * LINE, end(thread + 1) - end(thread));
    this.#call();
  }

  /** Computes chunks as long as there are any; returns how many it were. */
  work(me: number, compute: (sky: number, parity: number, from: number, to: number) => void): number {
    const { words, threads } = this;
    let done = 0;
    for (let i = 0; i < threads; i++) {
      const range = RANGES + ((me + i) % threads) * LINE;
      for (;;) {
        const left = Atomics.load(words, range);
        if (left <= 0) break;
        if (Atomics.compareExchange(words, range, left, left - 1) !== left) continue;
        const from = (words[range + 1] - left) * words[CHUNK];
        compute(words[SKY], words[PARITY], from, from + words[CHUNK]);
        Atomics.add(words, DONE, 1);
        done++;
      }
    }
    return done;
  }

  /** For the owner: until all `chunks` are done. False where nothing was done for `patience` ms, or a helper failed. */
  allDone(chunks: number, patience: number): boolean {
    const { words } = this;
    // In slices: a machine that was asleep may have all of them running again after the first.
    const slice = patience / 10;
    let slices = 0;
    let seen = spin(words, DONE, (done) => done < chunks);
    while (seen < chunks) {
      if (Atomics.load(words, FAILED) !== 0) return false;
      if (Atomics.wait(words, DONE, seen, slice) === 'timed-out') {
        if (++slices >= 10) return false;
      } else slices = 0;
      seen = Atomics.load(words, DONE);
    }
    return true;
  }

  /** For a helper: computes what there is, until it is over. */
  help(me: number, compute: (sky: number, parity: number, from: number, to: number) => void): void {
    const { words } = this;
    Atomics.add(words, READY, 1);
    try {
      for (;;) {
        const job = Atomics.load(words, JOB);
        if (Atomics.load(words, OVER) !== 0) return;
        if (this.work(me, compute) > 0) Atomics.notify(words, DONE);
        if (spin(words, JOB, (now) => now === job) === job) Atomics.wait(words, JOB, job);
      }
    } catch (error) {
      Atomics.store(words, FAILED, 1);
      Atomics.notify(words, DONE);
      throw error;
    }
  }

  /** Helpers that are there. */
  get ready(): number {
    return Atomics.load(this.words, READY);
  }

  /** Sends the helpers away. */
  end(): void {
    Atomics.store(this.words, OVER, 1);
    this.#call();
  }

  #call(): void {
    Atomics.add(this.words, JOB, 1);
    Atomics.notify(this.words, JOB);
  }
}

/** Looks at a word for a while, as long as it is to be waited for; returns what it was last. */
function spin(words: Int32Array, at: number, wait: (value: number) => boolean): number {
  let value = Atomics.load(words, at);
  if (!wait(value)) return value;
  const end = performance.now() + SPIN;
  do {
    for (let i = 0; i < 100 && wait(value); i++) {
      pause();
      value = Atomics.load(words, at);
    }
  } while (wait(value) && performance.now() < end);
  return value;
}
