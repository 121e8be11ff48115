/** Golly without a window, as Debian packages it: its algorithms are who we compare with. */

import { spawnSync } from 'node:child_process';

const PACKAGES = ['golly', 'golly-data'];
/** ms. Nothing that is asked for takes as long. */
const PATIENCE = 300_000;

/** Arguments that choose an algorithm; without any it takes the one that the rule needs, for Life QuickLife. */
export const QUICKLIFE: readonly string[] = [];
export const HASHLIFE: readonly string[] = ['-h', '-M', '2000'];

function output(command: string, args: readonly string[]): string {
  const { stdout, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: PATIENCE,
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout.trim()}`);
  return stdout;
}

function version(): string | undefined {
  // It has no option for that, but says who it is before it complains.
  const { stdout, error } = spawnSync('bgolly', [], { encoding: 'utf8', timeout: PATIENCE });
  return error ? undefined : (/bgolly (\S+)/.exec(stdout)?.[1] ?? 'of unknown version');
}

/** Undefined where there is none. */
export const gollyVersion = version();

function collection(): readonly string[] {
  return PACKAGES.flatMap((name) => {
    try {
      return output('dpkg', ['-L', name]).split('\n');
    } catch {
      return [];
    }
  });
}
let files: readonly string[] | undefined;

/** The path of a pattern of Golly's own collection; undefined where it is not installed. */
export function collected(name: string): string | undefined {
  files ??= collection();
  return files.find((path) => path.endsWith(`/${name}`));
}

/** Writes what becomes of a pattern: HashLife reads all formats and gets there quickest. */
export function convert(from: string, to: string, generation = 0): void {
  output('bgolly', [...HASHLIFE, '-m', String(generation), '-i', String(Math.max(1, generation)), '-o', to, from]);
}

export class Golly {
  readonly #step: number;

  /** @param marks Generations, ascending, at which one looks at the clock. */
  constructor(
    readonly file: string,
    readonly algorithm: readonly string[],
    readonly marks: readonly number[],
  ) {
    this.#step = marks.reduce(divisor, 0);
  }

  #arguments(...more: string[]): string[] {
    const end = String(this.marks.at(-1));
    return [...this.algorithm, '-m', end, '-i', String(this.#step), ...more, this.file];
  }

  /** Seconds from the end of loading to each mark, by its own clock. */
  seconds(): number[] {
    // The last line: seconds since it began, at the start and after each step.
    const times = output('bgolly', this.#arguments('-q', '-q', '-b'))
      .trimEnd()
      .split('\n')
      .at(-1)!
      .trim()
      .split(/\s+/);
    return this.marks.map((mark) => Number(times[mark / this.#step]) - Number(times[0]));
  }

  /** Living cells at each mark. */
  populations(): number[] {
    const found = new Map<number, number>();
    for (const [, generation, cells] of output('bgolly', this.#arguments()).matchAll(/^([\d,]+): ([\d,]+)$/gm))
      found.set(Number(generation!.replaceAll(',', '')), Number(cells!.replaceAll(',', '')));
    return this.marks.map((mark) => found.get(mark) ?? Number.NaN);
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
