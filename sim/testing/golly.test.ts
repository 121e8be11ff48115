/**
 * The oracle against Golly, where it is installed: rules are read as Golly reads them, and cells become what they do
 * there. Without births of nothing: Golly computes those by turns of two other rules, and bgolly writes what it computes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { formatRle, parsePattern, parseRule } from '../index.js';
import { allClasses, LETTERS } from '../rule/hensel.js';
import { neighborhoodSize } from '../rule/larger.js';
import { makeGenerationsRule, makeIsotropicRule, makeRule, type Rule } from '../rule/rule.js';
import { NaiveLife } from './naive.js';

const missing = spawnSync('bgolly', ['-h']).error ? 'bgolly is not installed (Debian: apt-get install golly)' : false;
const folder = mkdtempSync(path.join(tmpdir(), 'mpl-golly-'));
after(() => rmSync(folder, { recursive: true }));

const ALGORITHMS = {
  totalistic: 'QuickLife',
  isotropic: 'QuickLife',
  generations: 'Generations',
  larger: 'Larger than Life',
};

/** What Golly makes of a pattern: RLE in, RLE out. */
function golly(text: string, algorithm: string, generations: number): string {
  const [input, output] = ['in.rle', 'out.rle'].map((name) => path.join(folder, name));
  writeFileSync(input, text);
  rmSync(output, { force: true });
  const run = spawnSync('bgolly', ['-a', algorithm, '-q', '-q', '-m', String(generations), '-o', output, input], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(run.status, 0, `${text.slice(0, 200)}\n${run.stdout}${run.stderr}`);
  return readFileSync(output, 'utf8');
}

let state = 12345;
/** A whole number from 0 to below `n`. */
function random(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return Math.floor(((state >>> 0) / 2 ** 32) * n);
}

/** The cells that are not 0, from the top-left one of their box. */
function shape(runs: Iterable<[x: number, y: number, state: number]>): string[] {
  const cells = [...runs];
  const x0 = Math.min(...cells.map(([x]) => x));
  const y0 = Math.min(...cells.map(([, y]) => y));
  return cells.map(([x, y, value]) => `${y - y0},${x - x0}:${value}`).sort();
}

function* cellsOf(text: string): Generator<[number, number, number]> {
  const { runs, states } = parsePattern(text);
  for (let i = 0; i < runs.length; i += 3)
    for (let k = 0; k < runs[i + 2]; k++) yield [runs[i] + k, runs[i + 1], states ? states[i / 3] : 1];
}

function* cellsOfNaive({ cells, width }: NaiveLife): Generator<[number, number, number]> {
  for (let i = 0; i < cells.length; i++) if (cells[i]) yield [i % width, Math.floor(i / width), cells[i]];
}

/** A soup under a rule, some generations in Golly and in the oracle. */
function compare(rule: Rule, width: number, height: number, torus: boolean, generations: number): void {
  const naive = new NaiveLife(width, height, rule, torus);
  const runs: number[] = [];
  const states: number[] = [];
  const density = 10 + random(60);
  for (let i = 0; i < naive.cells.length; i++) {
    if (random(100) >= density) continue;
    naive.cells[i] = random(3) > 0 ? 1 : 1 + random(rule.states - 1);
    runs.push(i % width, Math.floor(i / width), 1);
    states.push(naive.cells[i]);
  }
  const text = formatRle({
    ...{ width, height, comments: [], runs: Int32Array.from(runs), states: Uint8Array.from(states) },
    ...{ rule: rule.text, wrap: torus ? 'torus' : 'bounded', grid: { width, height } },
  });
  // Golly counts from the middle of its grid, and puts a pattern at 0, 0 unless told otherwise.
  const placed = `#CXRLE Pos=${-Math.floor(width / 2)},${-Math.floor(height / 2)}\n${text}`;
  const out = golly(placed, ALGORITHMS[rule.kind], generations);
  for (let i = 0; i < generations; i++) naive.step();
  assert.equal(parsePattern(out).rule, rule.text, 'the canonical text is the same');
  assert.deepEqual(shape(cellsOf(out)), shape(cellsOfNaive(naive)), `${rule.text}, torus: ${torus}`);
}

const classes = (): number[] => LETTERS.map((_, n) => (n === 0 ? 0 : random(allClasses(n) + 1)));

describe('the oracle does what Golly does', { skip: missing }, () => {
  const families: [string, () => Rule][] = [
    ['B/S', () => makeRule(random(256) << 1, random(512))],
    ['B/S, von Neumann', () => makeRule(random(16) << 1, random(32), 'von-neumann')],
    ['isotropic rules', () => makeIsotropicRule(classes(), classes())],
    ['Generations', () => makeGenerationsRule(makeRule(random(256) << 1, random(512)), 3 + random(20))],
    ['Generations of 256', () => makeGenerationsRule(makeRule(random(16) << 1, random(32), 'von-neumann'), 256)],
    ['isotropic Generations', () => makeGenerationsRule(makeIsotropicRule(classes(), classes()), 3 + random(9))],
    ['Larger than Life', randomLarger],
  ];
  for (const [name, make] of families)
    test(name, () => {
      for (let i = 0; i < 16; i++) compare(make(), 24 + random(20), 24 + random(20), i % 2 === 0, 1 + random(6));
    });
});

function randomLarger(): Rule {
  const range = 1 + random(10);
  const letter = 'MNC'[random(3)];
  const middle = random(2);
  const shapes = { M: 'moore', N: 'von-neumann', C: 'circular' } as const;
  const size = neighborhoodSize(range, shapes[letter as 'M']) - (middle ? 0 : 1);
  const bounds = () => [random(size + 1), random(size + 1)].sort((a, b) => a - b).join('..');
  const states = [0, 0, 3, 9, 256][random(5)];
  return parseRule(`R${range},C${states},M${middle},S${bounds()},B${bounds()},N${letter}`);
}

describe('rules are read as Golly reads them', { skip: missing }, () => {
  const texts: [string, string][] = [
    ...['23/3', 'B3/2a34', 'S2a34/3', 'b2s34', '3/S23', 'B2', '/2', '13/2V', 'B3S23v', 'B2-A/S12', 'B2-3/S', 'B3 /S23'],
    ...['B4-qjrtwz/S', 'B2cekin/S12', 'B2a2c/S', 'B2aceikn3/S', 'S23/B3', 'B33/S', '/', 'B8/S8', 'B2ac/S3ceinqy4z'],
  ].map((text): [string, string] => [text, 'QuickLife']);
  texts.push(
    ...['345/2/4', 'B2/S345/4', 'S345/B2/4', '/2/3', '//3', '2-a/3/5', 'B2c/S3-k/12', 'B3/S23/5V', '2/B3/4'].map(
      (text): [string, string] => [text, 'Generations'],
    ),
  );
  texts.push(
    ...[
      'R5,C2,M1,S34..58,B34..45,NM',
      '5,34,45,34,58',
      'R3,C1,M0,S1..24,B3..12,NN',
      'R10,C256,M1,S9..99,B9..349,NC',
    ].map((text): [string, string] => [text, 'Larger than Life']),
  );
  for (const [text, algorithm] of texts)
    test(text, () => {
      const out = golly(`x = 3, y = 3, rule = ${text.replace(' ', '')}\nAAA$A$.A!\n`, algorithm, 0);
      assert.equal(/rule = (\S+)/.exec(out)?.[1], parseRule(text).text);
    });
});
