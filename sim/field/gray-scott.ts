/**
 * Gray-Scott: two substances that spread; V makes V of U, U is fed, V is killed.
 *
 *   u' = u + dt (du lap(u) - u v^2 + feed (1 - u))
 *   v' = v + dt (dv lap(v) + u v^2 - (feed + kill) v)
 *
 * P. Gray and S. K. Scott, "Autocatalytic reactions in the isothermal, continuous stirred tank reactor" (1984);
 * J. E. Pearson, "Complex Patterns in a Simple System" (Science, 1993). `lap` is the sum of the four sides times 0.2 and
 * of the four corners times 0.05, less the cell itself: with du and dt at most 1, nothing can explode.
 */
import { checkSoup, randomFrom } from '../life/soup.js';
import { Field } from './field.js';
import { EDGE, type MakeKernel } from './kernel.js';
import { FieldLayout } from './layout.js';
import { askedNumbers, checkField, chooseKernel, type FieldOptions } from './options.js';
import { formatNumbers, type Numbers, parseNumbers, type Ranges } from './parameters.js';
import { GRAY_SCOTT_PRESETS } from './presets.js';

type Name = 'feed' | 'kill' | 'du' | 'dv' | 'dt';

const RANGES: Ranges<Name> = {
  feed: { low: 0, high: 0.12, fallback: 0.0545 },
  kill: { low: 0, high: 0.12, fallback: 0.062 },
  du: { low: 0, high: 1, fallback: 1 },
  dv: { low: 0, high: 1, fallback: 0.5 },
  dt: { low: 0.01, high: 1, fallback: 1 },
};

export interface GrayScottOptions extends FieldOptions {
  /** A preset's name, numbers as "feed=0.0545 kill=0.062", or both: "coral feed=0.05". Default "coral". */
  rule?: string;
  /** How much U is fed, 0..0.12. */
  feed?: number;
  /** How much V is taken out beside that, 0..0.12. */
  kill?: number;
  /** How fast U spreads, 0..1. Default 1. */
  du?: number;
  /** How fast V spreads, 0..1. Default 0.5. */
  dv?: number;
  /** Time of one step, 0.01..1. Default 1. */
  dt?: number;
}

/** @throws GridError, RuleError, RangeError, MemoryError (as rejections). */
export async function makeGrayScott(options: GrayScottOptions): Promise<GrayScott> {
  checkField(options);
  const numbers = askedNumbers(options, RANGES, GRAY_SCOTT_PRESETS);
  return new GrayScott(options, await chooseKernel(options.engine), numbers);
}

/** Shown is V, of which 0.4 is the highest level. Beyond the edges of a bounded field it is as at the edge: nothing leaves. */
export class GrayScott extends Field {
  protected override readonly shown = 1;
  protected override readonly brush = 4;
  #numbers: Numbers<Name>;

  /** @internal */
  constructor(options: FieldOptions, kernel: { make: MakeKernel; reason: string }, numbers: Numbers<Name>) {
    super(options, kernel, {
      layout: new FieldLayout(options.width, options.height, 1, 4),
      layers: 2,
      scratch: 0,
      full: 0.4,
    });
    this.#numbers = numbers;
    this.clear();
  }

  /** The numbers at work. */
  get numbers(): Readonly<Numbers<Name>> {
    return this.#numbers;
  }

  override get rule(): string {
    return formatNumbers(this.#numbers, RANGES, 2);
  }

  override setRule(rule: string): void {
    this.#numbers = parseNumbers(rule, RANGES, GRAY_SCOTT_PRESETS);
  }

  /** Drops of V at random in a field of U. */
  override seed(seed: number, density = 0.3): void {
    checkSoup(density, seed);
    const { width, height, floats } = this;
    const random = randomFrom(seed);
    this.begin(() => {
      const [u, v] = [this.layer(0), this.layer(1)];
      const drops = density === 0 ? 0 : Math.max(1, Math.round((density * width * height) / 2000));
      for (let i = 0; i < drops; i++) {
        const x = Math.floor(random() * width);
        const y = Math.floor(random() * height);
        const r = 3 + Math.floor(random() * 5);
        for (let dy = -r; dy <= r; dy++)
          for (let dx = -r; dx <= r; dx++) {
            if (dx * dx + dy * dy > r * r) continue;
            // Noise: what is perfectly even grows perfectly even.
            const noise = random() * 0.1;
            const index = this.indexOf(x + dx, y + dy);
            if (index < 0) continue;
            floats[u + index] = 0.5;
            floats[v + index] = 0.2 + noise;
          }
      }
    });
  }

  protected override dab(index: number, value: number): void {
    // As much V as there is in the midst of a pattern; more would be gone at once.
    this.floats[this.layer(0) + index] = 1 - value / 2;
    this.floats[this.layer(1) + index] = value / 2;
  }

  protected override advance([u, v]: readonly number[], [toU, toV]: readonly number[], torus: boolean): void {
    const { kernel } = this;
    const { feed, kill, du, dv, dt } = this.#numbers;
    const edge = torus ? EDGE.torus : EDGE.nearest;
    kernel.halo(u, edge);
    kernel.halo(v, edge);
    const f = Math.fround;
    const keepU = f(1 - dt * (du + feed));
    const keepV = f(1 - dt * (dv + feed + kill));
    kernel.react(u, v, toU, toV, keepU, keepV, f(0.05 * du * dt), f(0.05 * dv * dt), f(feed * dt), f(dt));
  }
}
