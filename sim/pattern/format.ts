/** Writes a pattern as RLE. */
import type { Pattern } from './pattern.js';
import { statesOf } from './text.js';

/**
 * RLE text with header, lines of at most 70 characters; with the letters of many states where the pattern or its rule
 * has more than two. Cells are sorted; of a cell named twice the last state counts.
 */
export function formatRle(pattern: Pattern): string {
  const lines: string[] = [];
  if (pattern.name) lines.push(`#N ${pattern.name}`);
  for (const comment of pattern.comments) lines.push(`#C ${comment}`);
  if (pattern.x !== undefined && pattern.y !== undefined) lines.push(`#P ${pattern.x} ${pattern.y}`);
  let rule = pattern.rule ?? 'B3/S23';
  if (pattern.wrap && pattern.grid)
    rule += `:${pattern.wrap === 'torus' ? 'T' : 'P'}${pattern.grid.width},${pattern.grid.height}`;
  lines.push(`x = ${pattern.width}, y = ${pattern.height}, rule = ${rule}`);

  let line = '';
  const put = (count: number, tag: string) => {
    if (count === 0) return;
    const item = (count > 1 ? String(count) : '') + tag;
    if (line.length + item.length > 70) {
      lines.push(line);
      line = '';
    }
    line += item;
  };
  const many = pattern.states !== undefined || (pattern.rule !== undefined && statesOf(pattern.rule) > 2);
  let y = 0;
  for (const row of rowsOf(pattern)) {
    put(row.y - y, '$');
    y = row.y;
    let x = 0;
    for (const [start, end, state] of row.runs) {
      put(start - x, many ? '.' : 'b');
      put(end - start, many ? letters(state) : 'o');
      x = end;
    }
  }
  put(1, '!');
  lines.push(line, '');
  return lines.join('\n');
}

/** "A" for 1, "X" for 24, "pA" for 25, "yO" for 255. */
function letters(state: number): string {
  const letter = String.fromCharCode(65 + ((state - 1) % 24));
  return state <= 24 ? letter : String.fromCharCode(111 + Math.floor((state - 1) / 24)) + letter;
}

/** Cells from `start` up to but not including `end`. */
type Run = [start: number, end: number, state: number];

/** Rows that hold cells, from the top; their runs in order, as long as can be and apart from each other. */
function* rowsOf({ runs, states }: Pattern): Generator<{ y: number; runs: Run[] }> {
  const rows = new Map<number, Run[]>();
  for (let i = 0; i < runs.length; i += 3) {
    const run: Run = [runs[i], runs[i] + runs[i + 2], states ? states[i / 3] : 1];
    const row = rows.get(runs[i + 1]);
    if (row) row.push(run);
    else rows.set(runs[i + 1], [run]);
  }
  for (const y of [...rows.keys()].sort((a, b) => a - b)) yield { y, runs: joined(apart(rows.get(y)!)) };
}

/** Sorts the runs of a row; where they overlap the later one counts. */
function apart(runs: Run[]): Run[] {
  const sorted = [...runs].sort((a, b) => a[0] - b[0]);
  if (sorted.every((run, i) => i === 0 || run[0] >= sorted[i - 1][1])) return sorted;
  const from = sorted[0][0];
  const cells = new Uint8Array(runs.reduce((end, run) => Math.max(end, run[1]), 0) - from);
  for (const [start, end, state] of runs) cells.fill(state, start - from, end - from);
  return Array.from(cells, (state, i): Run => [from + i, from + i + 1, state]).filter((run) => run[2] > 0);
}

function joined(runs: Run[]): Run[] {
  const list: Run[] = [];
  for (const [start, end, state] of runs) {
    const last = list[list.length - 1];
    if (last && last[1] === start && last[2] === state) last[1] = end;
    else list.push([start, end, state]);
  }
  return list;
}
