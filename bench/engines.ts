/**
 * Generations a second: our engines beside Golly's and the naive algorithm, over soups and patterns that others have made.
 * And how near a kernel comes to what the processor can do at best.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contest, type Row } from './engines/contest.js';
import { gollyVersion } from './engines/golly.js';
import { lifeviewerMissing } from './engines/lifeviewer.js';
import { FULL, type Plan, QUICK, scenes } from './engines/plan.js';
import { type Roofline, roofline } from './engines/roofline.js';
import { bytes, main, table } from './table.js';

export interface EngineResult {
  /** Undefined where there is none: then ratios are to the first engine that is there. */
  golly: string | undefined;
  roofline: Roofline[];
  groups: { title: string; rows: Row[] }[];
  skipped: string[];
}

export async function run(plan: Plan): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mpl-bench-'));
  const say = (text: string) => console.error(`  ${text}`);
  try {
    const groups: EngineResult['groups'] = [];
    const skipped: string[] = [];
    say('roofline');
    const limits = roofline(plan.roofline, plan.rooflineRounds);
    for (const { title, make } of scenes(plan)) {
      const rows: Row[] = [];
      for (const one of make) {
        const made = await one(folder);
        if (typeof made === 'string') skipped.push(made);
        else rows.push(...(await contest(made, say)));
        // Who waits for minutes sees what there is so far.
        if (rows.length > 0) say(formatRows(title, rows));
      }
      if (rows.length > 0) groups.push({ title, rows });
    }
    return { golly: gollyVersion, roofline: limits, groups, skipped };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const figure = (value: number): string => (value >= 1000 ? bytes(value) : value.toPrecision(3));

function formatRows(title: string, rows: readonly Row[]): string {
  const head = ['', 'generations', 'engine', 'gens/s', 'Gcell/s', 'x first', 'least', 'most', 'wanted', ''];
  const lines = rows.map((row) => [
    ...[row.scene, `${row.from}-${row.to}`, row.engine, figure(row.generationsPerSecond), figure(row.gcells)],
    ...[row.ratio.median, row.ratio.least, row.ratio.most].map(figure),
    ...(row.target === undefined
      ? ['', '']
      : [figure(row.target), row.ratio.median >= row.target ? 'reached' : 'MISSED']),
  ]);
  return table(title, head, lines, 3);
}

export function format({ golly, roofline, groups, skipped }: EngineResult, plan: Plan): string {
  const parts = groups.map(({ title, rows }) => formatRows(title, rows));
  parts.unshift(
    table(
      `Engines: the kernel alone, in the nearest cache, beside nothing but logic (${roofline[0]!.limit.toFixed(1)} Gops/s on 128 bits)`,
      ['rule', 'operations', 'Gcell/s', 'of the limit', 'wanted', '', 'not asked what changed'],
      roofline.map(({ rule, operations, gcells, share, unasked }) => [
        ...[rule, operations, gcells.toFixed(1), `${(share * 100).toFixed(0)} %`],
        ...[`${plan.share * 100} %`, share >= plan.share ? 'reached' : 'MISSED', `${(unasked * 100).toFixed(0)} %`],
      ]),
    ),
  );
  parts.push(
    `Golly: ${golly ?? 'not installed: nothing to compare with but ourselves'}. Each group's first engine is what the others are compared with.`,
    ...(lifeviewerMissing === undefined ? [] : [`(LifeViewer: ${lifeviewerMissing})`]),
    ...skipped.map((what) => `(${what})`),
  );
  return parts.join('\n\n');
}

await main(import.meta.url, async () => {
  const plan = process.argv.includes('--quick') ? QUICK : FULL;
  const data = await run(plan);
  return { data, text: format(data, plan) };
});
