/**
 * How fast each engine is beside the naive algorithm (a byte a cell, neighbours by modulo).
 *
 *     node --import tsx bench/engines.ts [--json]
 */
import { fileURLToPath } from 'node:url';
import { createLife } from '../sim/index.js';

export interface EngineRow {
  /** Cells along a side of the square torus, filled at density 0.5. */
  size: number;
  engine: string;
  rule: string;
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
  step(n: number): void;
  /** Generations a round. */
  generations: number;
  seconds: number[];
}

const ROUNDS = 7;

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

/** Measures all engines in turns, so that a busy machine slows all alike; about 10 seconds. */
export async function run(): Promise<EngineTable> {
  const rows: EngineRow[] = [];
  for (const size of [1024, 2048]) rows.push(...(await measure(size)));
  return { title: 'Engines: soup at density 0.5 on a torus, generations 10 onward', rows };
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
    life.soup({ density: 0.5, seed: 1 });
    life.step(10);
    if (life.engine !== engine) throw new Error(`Engine ${engine} is not there: ${life.engineReason}`);
    // Small grids get more generations, so that a round takes long enough to be measured.
    const n = (generations * 2048 ** 2) / size ** 2;
    entrants.push({ engine, rule, step: (k) => life.step(k), generations: n, seconds: [] });
  }
  const start = await createLife({ width: size, height: size });
  start.soup({ density: 0.5, seed: 1 });
  const cells = new Uint8Array(size * size);
  for (let i = 0; i < cells.length; i++) cells[i] = start.get(i % size, Math.floor(i / size)) ? 1 : 0;
  const naive = new Naive(cells, size);
  // A measurement of two different things would be worth nothing.
  naive.step(10);
  start.step(10);
  const count = naive.cells.reduce((sum, cell) => sum + cell, 0);
  if (count !== start.population()) throw new Error(`The engines disagree: ${count} and ${start.population()} cells.`);
  entrants.push({ engine: 'naive', rule: 'B3/S23', step: (n) => naive.step(n), generations: 2, seconds: [] });

  // One round to warm up, not counted.
  for (let round = 0; round <= ROUNDS; round++)
    for (const entrant of entrants) {
      const before = performance.now();
      entrant.step(entrant.generations);
      const seconds = (performance.now() - before) / 1000 / entrant.generations;
      if (round > 0) entrant.seconds.push(seconds);
    }
  const median = ({ seconds }: Entrant) => [...seconds].sort((a, b) => a - b)[seconds.length >> 1];
  const base = median(entrants[entrants.length - 1]);
  return entrants.map((entrant) => ({
    size,
    engine: entrant.engine,
    rule: entrant.rule,
    generationsPerSecond: 1 / median(entrant),
    gcells: (size * size) / median(entrant) / 1e9,
    ratio: base / median(entrant),
  }));
}

/** The table as text. */
export function format({ title, rows }: EngineTable): string {
  const lines = [title, '', 'grid        engine  rule        generations/s    Gcell/s   x naive'];
  for (const row of rows)
    lines.push(
      `${`${row.size}x${row.size}`.padEnd(12)}${row.engine.padEnd(8)}${row.rule.padEnd(10)}${row.generationsPerSecond
        .toFixed(1)
        .padStart(15)}${row.gcells.toFixed(3).padStart(11)}${row.ratio.toFixed(1).padStart(10)}`,
    );
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = await run();
  console.log(process.argv.includes('--json') ? JSON.stringify(table, null, 2) : format(table));
}
