/**
 * How fast each engine is beside the naive algorithm (a byte a cell, neighbours by modulo).
 */
import { createLife } from '../sim/index.js';
import { main, median, table } from './table.js';

export interface EngineRow {
  /** Cells along a side of the square torus, filled at density 0.5. */
  size: number;
  engine: string;
  rule: string;
  /** Generations a round, from generation 10. */
  generations: number;
  /** Generations a second, median. */
  generationsPerSecond: number;
  /** 10^9 cell updates a second, median. */
  gcells: number;
  /** Times the naive algorithm of the same size, in the same rounds. */
  ratio: number;
}

export interface EngineTable {
  title: string;
  rows: EngineRow[];
}

interface Entrant {
  engine: string;
  rule: string;
  /** Goes back to where every round begins. */
  restart(): void;
  step(n: number): void;
  /** Generations a round. */
  generations: number;
  seconds: number[];
}

const ROUNDS = 7;
/** By then a soup has thinned to what it is for a long time. */
const START = 10;

/** The naive algorithm, as it is written everywhere; what does not depend on x is kept out of the inner loop. */
export class Naive {
  #next: Uint8Array;

  constructor(
    public cells: Uint8Array,
    readonly size: number,
  ) {
    this.#next = new Uint8Array(cells.length);
  }

  step(generations: number): void {
    const { size } = this;
    for (let g = 0; g < generations; g++) {
      const now = this.cells;
      const next = this.#next;
      for (let y = 0; y < size; y++) {
        const above = ((y - 1 + size) % size) * size;
        const row = y * size;
        const below = ((y + 1) % size) * size;
        for (let x = 0; x < size; x++) {
          const left = (x - 1 + size) % size;
          const right = (x + 1) % size;
          const n =
            now[above + left] +
            now[above + x] +
            now[above + right] +
            now[row + left] +
            now[row + right] +
            now[below + left] +
            now[below + x] +
            now[below + right];
          next[row + x] = n === 3 || (n === 2 && now[row + x] === 1) ? 1 : 0;
        }
      }
      this.cells = next;
      this.#next = now;
    }
  }
}

/** Measures all engines in turns, so that a busy machine slows all alike; about 5 seconds. */
export async function run(): Promise<EngineTable> {
  const rows: EngineRow[] = [];
  for (const size of [1024, 2048]) rows.push(...(await measure(size)));
  return { title: 'Engines: soup at density 0.5 on a torus, each round from generation 10', rows };
}

async function measure(size: number): Promise<EngineRow[]> {
  const entrants: Entrant[] = [];
  for (const [engine, rule, generations] of [
    ['js', 'B3/S23', 8],
    ['js', 'B36/S245', 8],
    ['wasm', 'B3/S23', 100],
    ['wasm', 'B36/S245', 60],
  ] as const) {
    const life = await createLife({ width: size, height: size, engine, rule });
    if (life.engine !== engine) throw new Error(`Engine ${engine} is not there: ${life.engineReason}`);
    // Small grids get more generations, so that a round takes long enough to be measured.
    const n = (generations * 2048 ** 2) / size ** 2;
    const restart = () => {
      life.soup({ density: 0.5, seed: 1 });
      life.step(START);
    };
    entrants.push({ engine, rule, restart, step: (k) => life.step(k), generations: n, seconds: [] });
  }
  const start = await createLife({ width: size, height: size });
  start.soup({ density: 0.5, seed: 1 });
  const cells = new Uint8Array(size * size);
  for (let i = 0; i < cells.length; i++) cells[i] = start.get(i % size, Math.floor(i / size)) ? 1 : 0;
  const naive = new Naive(cells, size);
  // A measurement of two different things would be worth nothing.
  naive.step(START);
  start.step(START);
  const count = naive.cells.reduce((sum, cell) => sum + cell, 0);
  if (count !== start.population()) throw new Error(`The engines disagree: ${count} and ${start.population()} cells.`);
  const naiveEntrant: Entrant = {
    engine: 'naive',
    rule: 'B3/S23',
    // It takes as long for any cells.
    restart: () => {},
    step: (n) => naive.step(n),
    generations: 2,
    seconds: [],
  };
  entrants.push(naiveEntrant);

  // One round to warm up, not counted.
  for (let round = 0; round <= ROUNDS; round++)
    for (const entrant of entrants) {
      // Anew each time: what has settled is not computed, and would count as cells all the same.
      entrant.restart();
      const before = performance.now();
      entrant.step(entrant.generations);
      const seconds = (performance.now() - before) / 1000 / entrant.generations;
      if (round > 0) entrant.seconds.push(seconds);
    }
  const base = median(naiveEntrant.seconds);
  return entrants.map((entrant) => ({
    size,
    engine: entrant.engine,
    rule: entrant.rule,
    generations: entrant.generations,
    generationsPerSecond: 1 / median(entrant.seconds),
    gcells: (size * size) / median(entrant.seconds) / 1e9,
    ratio: base / median(entrant.seconds),
  }));
}

/** The table as text. */
export function format({ title, rows }: EngineTable): string {
  const head = ['grid', 'engine', 'rule', 'generations', 'generations/s', 'Gcell/s', 'x naive'];
  const lines = rows.map(({ size, engine, rule, generations, generationsPerSecond, gcells, ratio }) => [
    `${size}x${size}`,
    engine,
    rule,
    generations,
    generationsPerSecond.toFixed(1),
    gcells.toFixed(3),
    ratio.toFixed(1),
  ]);
  return table(title, head, lines, 3);
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
