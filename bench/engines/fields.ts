/** Fields beside what everybody writes first: 32-bit floats in arrays, neighbours by modulo. */

import { createGrayScott, createLenia } from '../../sim/field/create.js';
import type { GrayScott } from '../../sim/field/gray-scott.js';
import { type Lenia, leniaWeights } from '../../sim/field/lenia.js';
import type { Entrant, Scene } from './contest.js';

/** Steps in which a sum may differ only by rounding. */
const CHECKED = 5;
const ALIKE = 1e-3;

type Step = (n: number) => void;

/** Takes as long for any values: so many steps stand for all. */
export function steady(name: string, few: number, step: Step): Entrant {
  return {
    name,
    seconds(marks) {
      const before = performance.now();
      step(few);
      const each = (performance.now() - before) / 1000 / few;
      return marks.map((mark) => mark * each);
    },
  };
}

interface Plain {
  step: Step;
  /** Of the values shown. */
  sum(): number;
}

const values = (field: GrayScott | Lenia): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: field.width * field.height }, (_, i) =>
    field.value(i % field.width, Math.floor(i / field.width)),
  );
const total = (cells: Float32Array): number => cells.reduce((sum, cell) => sum + cell, 0);

function plainGrayScott(field: GrayScott): Plain {
  const { width, height, numbers } = field;
  const { feed, kill, du, dv, dt } = numbers;
  let v = values(field);
  let u = v.map((cell) => (cell > 0 ? 0.5 : 1));
  let nextU = new Float32Array(u.length);
  let nextV = new Float32Array(u.length);
  const once = (u: Float32Array, v: Float32Array, toU: Float32Array, toV: Float32Array) => {
    for (let y = 0; y < height; y++) {
      const above = ((y - 1 + height) % height) * width;
      const row = y * width;
      const below = ((y + 1) % height) * width;
      for (let x = 0; x < width; x++) {
        const left = (x - 1 + width) % width;
        const right = (x + 1) % width;
        const cu = u[row + x]!;
        const cv = v[row + x]!;
        const sidesU = u[above + x]! + u[below + x]! + u[row + left]! + u[row + right]!;
        const cornersU = u[above + left]! + u[above + right]! + u[below + left]! + u[below + right]!;
        const sidesV = v[above + x]! + v[below + x]! + v[row + left]! + v[row + right]!;
        const cornersV = v[above + left]! + v[above + right]! + v[below + left]! + v[below + right]!;
        const made = cu * cv * cv;
        toU[row + x] = cu + dt * (du * (0.2 * sidesU + 0.05 * cornersU - cu) - made + feed * (1 - cu));
        toV[row + x] = cv + dt * (dv * (0.2 * sidesV + 0.05 * cornersV - cv) + made - (feed + kill) * cv);
      }
    }
  };
  const step: Step = (n) => {
    for (let i = 0; i < n; i++) {
      once(u, v, nextU, nextV);
      [u, nextU] = [nextU, u];
      [v, nextV] = [nextV, v];
    }
  };
  return { step, sum: () => total(v) };
}

function plainLenia(field: Lenia): Plain {
  const { width, height, numbers } = field;
  const { radius, mu, sigma, dt } = numbers;
  const weights = leniaWeights(radius);
  const reach = 2 * radius + 1;
  const taps = Float32Array.from(
    { length: reach * reach },
    (_, i) => weights[Math.abs(Math.floor(i / reach) - radius)]![Math.abs((i % reach) - radius)]!,
  );
  let cells = values(field);
  let next = new Float32Array(cells.length);
  const once = (from: Float32Array, to: Float32Array) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let mean = 0;
        for (let dy = -radius; dy <= radius; dy++) {
          const row = ((y + dy + height) % height) * width;
          const tap = (dy + radius) * reach + radius;
          for (let dx = -radius; dx <= radius; dx++) mean += taps[tap + dx]! * from[row + ((x + dx + width) % width)]!;
        }
        const bell = Math.max(0, 1 - (mean - mu) ** 2 / (9 * sigma * sigma)) ** 4;
        to[y * width + x] = Math.min(1, Math.max(0, from[y * width + x]! + dt * (2 * bell - 1)));
      }
  };
  const step: Step = (n) => {
    for (let i = 0; i < n; i++) {
      once(cells, next);
      [cells, next] = [next, cells];
    }
  };
  return { step, sum: () => total(cells) };
}

async function scene<F extends GrayScott | Lenia>(
  name: string,
  make: (engine: 'wasm' | 'js') => Promise<F>,
  plain: (field: F) => Plain,
  few: { plain: number; js: number; wasm: number },
  rounds: number,
): Promise<Scene> {
  const fields = [await make('wasm'), await make('js')];
  for (const field of fields) field.seed(1);
  const other = plain(fields[0]!);
  // A measurement of two different things would be worth nothing.
  const sums = [...fields, undefined].map((field) => {
    (field ?? other).step(CHECKED);
    return field ? total(values(field)) : other.sum();
  });
  if (sums.some((sum) => Math.abs(sum / sums[0]! - 1) > ALIKE))
    throw new Error(`${name}: sums differ: ${sums.join(', ')}`);
  return {
    ...{ name, cells: fields[0]!.width * fields[0]!.height, windows: [[0, 100]], rounds },
    entrants: [
      steady('plain JS', few.plain, other.step),
      steady('mpl wasm', few.wasm, (n) => fields[0]!.step(n)),
      steady('mpl js', few.js, (n) => fields[1]!.step(n)),
    ],
  };
}

export function grayScott(side: number, rounds: number): Promise<Scene> {
  const make = (engine: 'wasm' | 'js') => createGrayScott({ width: side, height: side, engine });
  return scene(`Gray-Scott ${side}x${side}`, make, plainGrayScott, { plain: 5, js: 5, wasm: 50 }, rounds);
}

export function lenia(side: number, rounds: number): Promise<Scene> {
  const make = (engine: 'wasm' | 'js') => createLenia({ width: side, height: side, engine });
  return scene(`Lenia ${side}x${side}, R=13`, make, plainLenia, { plain: 1, js: 2, wasm: 10 }, rounds);
}
