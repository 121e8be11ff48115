/**
 * Lenia: Life made smooth. Every cell sees the weighted mean of a disc around it, and grows where that is near mu.
 *
 *   a' = clamp(a + dt (2 max(0, 1 - (m - mu)^2 / (9 sigma^2))^4 - 1)),  m = sum of the disc, weighed (4 r (1 - r))^4
 *
 * with r from 0 in the middle of the disc to 1 at its rim. B. W.-C. Chan, "Lenia - Biology of Artificial Life" (Complex Systems
 * 28(3), 2019): one ring, its polynomial kernel and growth, which need no exponential that machines round differently.
 */
import { PatternError, quote } from '../errors.js';
import { checkSoup, randomFrom } from '../life/soup.js';
import { Field } from './field.js';
import { EDGE, type MakeKernel } from './kernel.js';
import { FieldLayout } from './layout.js';
import { askedNumbers, checkField, chooseKernel, type FieldOptions } from './options.js';
import { ORBIUM } from './orbium.js';
import { formatNumbers, type Numbers, parseNumbers, type Ranges } from './parameters.js';
import { LENIA_PRESETS } from './presets.js';

type Name = 'radius' | 'mu' | 'sigma' | 'dt';

/** Cells that a chunk of the kernel is wide; a disc may not reach further. */
const MAX_RADIUS = 16;

const RANGES: Ranges<Name> = {
  radius: { low: 2, high: MAX_RADIUS, fallback: 13, whole: true },
  mu: { low: 0.01, high: 0.6, fallback: 0.15 },
  sigma: { low: 0.001, high: 0.2, fallback: 0.015 },
  dt: { low: 0.01, high: 1, fallback: 0.1 },
};

export interface LeniaOptions extends FieldOptions {
  /** A preset's name, numbers as "mu=0.15 sigma=0.015", or both: "orbium dt=0.05". Default "orbium". */
  rule?: string;
  /** How far a cell sees, 2..16 cells. Default 13. */
  radius?: number;
  /** The mean at which it grows most, 0.01..0.6. Default 0.15. */
  mu?: number;
  /** How near to that it has to be, 0.001..0.2. Default 0.015. */
  sigma?: number;
  /** Time of one step (1 / T), 0.01..1. Default 0.1. */
  dt?: number;
}

/** @throws GridError, RuleError, RangeError, MemoryError (as rejections). */
export async function makeLenia(options: LeniaOptions): Promise<Lenia> {
  checkField(options);
  const numbers = askedNumbers(options, RANGES, LENIA_PRESETS);
  return new Lenia(options, await chooseKernel(options.engine), numbers);
}

/** The weights of a quadrant of the disc, [dy][dx]; all four together sum up to 1. */
export function leniaWeights(radius: number): number[][] {
  let sum = 0;
  const weights = Array.from({ length: radius + 1 }, (_, dy) =>
    Array.from({ length: radius + 1 }, (_, dx) => {
      const r = Math.sqrt(dx * dx + dy * dy) / radius;
      const shell = r < 1 ? 4 * r * (1 - r) : 0;
      const weight = shell * shell * shell * shell;
      sum += weight * (dx > 0 ? 2 : 1) * (dy > 0 ? 2 : 1);
      return weight;
    }),
  );
  return weights.map((row) => row.map((weight) => weight / sum));
}

/** Shown is the value itself. Beyond the edges of a bounded field there is nothing. */
export class Lenia extends Field {
  protected override readonly shown = 0;
  #numbers!: Numbers<Name>;
  #singles = 0;
  #pairs = 0;

  /** @internal */
  constructor(options: FieldOptions, kernel: { make: MakeKernel; reason: string }, numbers: Numbers<Name>) {
    const layout = new FieldLayout(options.width, options.height, MAX_RADIUS, 16);
    const lines = (MAX_RADIUS + 1) * layout.stride + layout.stride / 64 + 16;
    super(options, kernel, { layout, layers: 1, scratch: TAPS_BYTES + lines, full: 1 });
    this.#set(numbers);
    this.clear();
  }

  protected override get brush(): number {
    return this.#numbers.radius / 2;
  }

  /** The numbers at work. */
  get numbers(): Readonly<Numbers<Name>> {
    return this.#numbers;
  }

  override get rule(): string {
    return formatNumbers(this.#numbers, RANGES, 3);
  }

  override setRule(rule: string): void {
    this.#set(parseNumbers(rule, RANGES, LENIA_PRESETS));
  }

  /**
   * Makes the field hold this pattern alone, its middle at x, y (default: of the grid), as large as the radius makes it.
   * There is one: "orbium", which lives with the numbers of the preset of that name.
   *
   * @throws PatternError for any other.
   */
  load(pattern: string, x = Math.floor(this.width / 2), y = Math.floor(this.height / 2)): void {
    if (pattern.trim().toLowerCase() !== 'orbium')
      throw new PatternError(`There is no pattern ${quote(pattern)} for Lenia: use "orbium", or a seed.`);
    this.begin(() => this.#orbium(Math.round(x), Math.round(y), 0));
  }

  /** Orbia at random where they live, else patches of noise. */
  override seed(seed: number, density = 0.3): void {
    checkSoup(density, seed);
    const { width, height, floats } = this;
    const { radius, mu, sigma } = this.#numbers;
    const random = randomFrom(seed);
    const orbia = Math.abs(mu - 0.15) <= 0.005 && Math.abs(sigma - 0.0155) <= 0.002;
    // Room for each: a disc's width around an orbium, none around a patch.
    const side = orbia ? 4.6 * radius : 2 * radius;
    const count = density === 0 ? 0 : Math.max(1, Math.round((density * width * height) / (side * side)));
    this.begin(() => {
      const layer = this.layer(0);
      for (let i = 0; i < count; i++) {
        const x = Math.floor(random() * width);
        const y = Math.floor(random() * height);
        const turn = Math.floor(random() * 8);
        if (orbia) {
          this.#orbium(x, y, turn);
          continue;
        }
        const level = 2 * mu + random() * (1 - 2 * mu);
        for (let dy = -radius; dy < radius; dy++)
          for (let dx = -radius; dx < radius; dx++) {
            const value = random() * level;
            const index = this.indexOf(x + dx, y + dy);
            if (index >= 0) floats[layer + index] = value;
          }
      }
    });
  }

  /** Adds an orbium, turned (0..7: four ways, and mirrored). */
  #orbium(x: number, y: number, turn: number): void {
    const size = Math.round((20 * this.#numbers.radius) / 13);
    const layer = this.layer(0);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const a = Math.floor(((i + 0.5) * 20) / size);
        const b = Math.floor(((j + 0.5) * 20) / size);
        const [r, c] = turn & 4 ? [b, a] : [a, b];
        const value = ORBIUM[turn & 1 ? 19 - r : r][turn & 2 ? 19 - c : c] / 100;
        const index = this.indexOf(x + j - (size >> 1), y + i - (size >> 1));
        if (index >= 0) this.floats[layer + index] = Math.max(this.floats[layer + index], value);
      }
  }

  protected override dab(index: number, value: number): void {
    this.floats[this.layer(0) + index] = value;
  }

  protected override advance([from]: readonly number[], [to]: readonly number[], torus: boolean): void {
    const { kernel, scratch } = this;
    const { radius, mu, sigma, dt } = this.#numbers;
    const f = Math.fround;
    const narrow = f(1 / (9 * sigma * sigma));
    // Whether nothing stays nothing: growth where all is 0.
    const quiet = mu >= 3.01 * sigma;
    kernel.halo(from, torus ? EDGE.torus : EDGE.zero);
    const lines = scratch + TAPS_BYTES;
    kernel.convolve(from, to, lines, scratch, this.#singles, this.#pairs, radius, f(mu), narrow, f(dt), quiet);
  }

  /** Takes up numbers, and writes what the kernel reads of them. */
  #set(numbers: Numbers<Name>): void {
    this.#numbers = numbers;
    const { floats, layout, scratch } = this;
    const offsets = new Int32Array(floats.buffer);
    const weights = leniaWeights(numbers.radius);
    let at = scratch / 4;
    const put = (offset: number, back: number, weight: number): void => {
      offsets[at] = offset;
      offsets[at + 1] = back;
      floats[at + 2] = weight;
      at += 3;
    };
    this.#singles = this.#pairs = 0;
    weights.forEach((row, dy) => {
      if (row[0] === 0) return;
      put(dy * layout.stride, 0, row[0]);
      this.#singles++;
    });
    weights.forEach((row, dy) => {
      row.forEach((weight, dx) => {
        if (dx === 0 || weight === 0) return;
        put(dy * layout.stride + dx * 4, dx * 8, weight);
        this.#pairs++;
      });
    });
  }
}

/** Three words for each weight of a quadrant. */
const TAPS_BYTES = Math.ceil(((MAX_RADIUS + 1) ** 2 * 12) / 64) * 64;
