/** What everybody writes first: a byte a cell, neighbours by modulo. */

import { createLife } from '../../sim/index.js';

/** What does not depend on x is kept out of the inner loop. */
class Naive {
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
            now[above + left]! +
            now[above + x]! +
            now[above + right]! +
            now[row + left]! +
            now[row + right]! +
            now[below + left]! +
            now[below + x]! +
            now[below + right]!;
          next[row + x] = n === 3 || (n === 2 && now[row + x] === 1) ? 1 : 0;
        }
      }
      this.cells = next;
      this.#next = now;
    }
  }
}

/** A soup on a torus, first computed by an engine too: two different things must not be measured. Steps n generations. */
export async function naiveSoup(size: number, density: number): Promise<(n: number) => void> {
  const life = await createLife({ width: size, height: size });
  life.soup({ density, seed: 1 });
  const cells = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) cells[y * size + x] = life.state(x, y);
  const naive = new Naive(cells, size);
  naive.step(2);
  life.step(2);
  const count = naive.cells.reduce((sum, cell) => sum + cell, 0);
  if (count !== life.population()) throw new Error(`naive has ${count} cells, the engine ${life.population()}`);
  return (n) => naive.step(n);
}
