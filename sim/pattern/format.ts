/** Writes a pattern as RLE. */
import type { Pattern } from './pattern.js';

/** RLE text with header, lines of at most 70 characters. Cells are sorted; cells named twice are written once. */
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
  let x = 0;
  let y = 0;
  let alive = 0;
  for (const [runX, runY, length] of sortedRuns(pattern.runs)) {
    if (runY > y) {
      put(alive, 'o');
      put(runY - y, '$');
      alive = 0;
      x = 0;
      y = runY;
    }
    const end = runX + length;
    if (runX > x) {
      put(alive, 'o');
      put(runX - x, 'b');
      alive = length;
    } else alive += Math.max(0, end - x);
    x = Math.max(x, end);
  }
  put(alive, 'o');
  put(1, '!');
  lines.push(line, '');
  return lines.join('\n');
}

function sortedRuns(runs: Int32Array): [number, number, number][] {
  const list: [number, number, number][] = [];
  for (let i = 0; i < runs.length; i += 3) list.push([runs[i], runs[i + 1], runs[i + 2]]);
  return list.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}
