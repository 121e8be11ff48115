/** Who computes the same world in which time: in turns, so that a busy machine slows all alike. */

import type { Life } from '../../sim/index.js';
import { median } from '../table.js';
import { Golly } from './golly.js';
import { type Kind, type Start, world } from './worlds.js';

/** From one generation to another. */
export type Window = readonly [number, number];

export interface Scene {
  name: string;
  /** Cells that are counted: of the soup, or of the whole grid. */
  cells: number;
  windows: readonly Window[];
  entrants: Entrant[];
  rounds: number;
  /** What the engine named must reach, as times the first entrant, in each window. */
  targets?: Partial<Record<string, readonly (number | undefined)[]>>;
}

/** One that computes a scene. */
export interface Entrant {
  name: string;
  /** Seconds from the start to each mark. */
  seconds(marks: readonly number[]): Promise<number[]> | number[];
  /** Living cells there; also to warm up. None: of another world, and compared where it is made. */
  populations?(marks: readonly number[]): Promise<number[]> | number[];
  /** It goes no further than to this generation, and no more often than that. */
  until?: number;
  rounds?: number;
}

export interface Row {
  scene: string;
  engine: string;
  from: number;
  to: number;
  /** How often it was measured. */
  rounds: number;
  /** Living cells at the end; the same for all. */
  population?: number;
  /** Medians. */
  generationsPerSecond: number;
  /** 10^9 cells a second, those counted that were skipped because nothing happened there. */
  gcells: number;
  /** How many times as fast as the first entrant: median of the ratios of all rounds, least and most. */
  ratio: { median: number; least: number; most: number };
  target?: number;
}

export const golly = (name: string, file: string, algorithm: readonly string[], limits: Limits = {}): Entrant => ({
  name,
  seconds: (marks) => new Golly(file, algorithm, marks).seconds(),
  populations: (marks) => new Golly(file, algorithm, marks).populations(),
  ...limits,
});

export type Limits = Pick<Entrant, 'until' | 'rounds'>;

/**
 * An engine of ours.
 *
 * @param leap Steps are at most as long, as they are for HashLife elsewhere. Default: from mark to mark.
 * @param threads Of engine "wasm".
 */
export function ours(
  name: string,
  kind: Kind,
  start: Start,
  limits: Limits = {},
  leap?: number,
  threads?: number,
): Entrant {
  const play = async (marks: readonly number[], mark: (life: Life) => void) => {
    const life = await world(kind, start, threads);
    const most = leap ?? Number.POSITIVE_INFINITY;
    mark(life);
    for (const at of marks) {
      while (life.generation < at) life.step(Math.min(most, at - life.generation));
      mark(life);
    }
    life.dispose();
  };
  return {
    name,
    async seconds(marks) {
      const times: number[] = [];
      await play(marks, () => times.push(performance.now()));
      return times.slice(1).map((time) => (time - times[0]!) / 1000);
    },
    async populations(marks) {
      const cells: number[] = [];
      await play(marks, (life) => cells.push(life.population()));
      return cells.slice(1);
    },
    ...limits,
  };
}

/** @throws Error where two of them do not compute the same. */
export async function contest(scene: Scene, say: (text: string) => void): Promise<Row[]> {
  const { name, windows, entrants, rounds } = scene;
  const marks = [...new Set(windows.flat())].filter((mark) => mark > 0).sort((a, b) => a - b);
  const marksOf = ({ until = Number.POSITIVE_INFINITY }: Entrant) => marks.filter((mark) => mark <= until);
  const populations = new Map<number, number>();
  for (const entrant of entrants) {
    say(`${name}: ${entrant.name}, counting`);
    const found = await entrant.populations?.(marksOf(entrant));
    for (const [i, count] of (found ?? []).entries()) {
      const mark = marks[i]!;
      const known = populations.get(mark) ?? count;
      populations.set(mark, known);
      if (count !== known)
        throw new Error(`${name}, generation ${mark}: ${entrant.name} has ${count} cells, another ${known}`);
    }
  }
  // Of each entrant, each round, each window: seconds a generation.
  const times = new Map<Entrant, number[][]>(entrants.map((entrant) => [entrant, []]));
  for (let round = 0; round < rounds; round++)
    for (const entrant of entrants) {
      if (round >= (entrant.rounds ?? rounds)) continue;
      say(`${name}: ${entrant.name}, round ${round + 1}`);
      const own = marksOf(entrant);
      const seconds = await entrant.seconds(own);
      const at = (mark: number) => (mark === 0 ? 0 : seconds[own.indexOf(mark)]!);
      times.get(entrant)!.push(windows.map(([from, to]) => (at(to) - at(from)) / (to - from)));
    }
  return windows.flatMap(([from, to], i) =>
    entrants
      .filter(({ until = to }) => until >= to)
      .map((entrant): Row => {
        const own = times.get(entrant)!.map((round) => round[i]!);
        const first = times.get(entrants[0]!)!.map((round) => round[i]!);
        const ratios = own.map((seconds, round) => first[round]! / seconds);
        const generationsPerSecond = 1 / median(own);
        return {
          ...{ scene: name, engine: entrant.name, from, to, rounds: own.length },
          population: populations.get(to),
          generationsPerSecond,
          gcells: (generationsPerSecond * scene.cells) / 1e9,
          ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
          target: scene.targets?.[entrant.name]?.[i],
        };
      }),
  );
}
