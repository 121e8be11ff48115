/**
 * Life 1.05 (blocks of "." and "*", each placed by "#P x y") and Life 1.06 (a pair of numbers a living cell).
 * Both count from the middle of the world.
 */
import { listPattern, type Pattern } from './pattern.js';
import { RunList } from './run-list.js';
import { failAt, linesOf, PIECE, type Reader, readRule, shown, TOO_BIG } from './text.js';

/** Coordinates beyond this are no place in any grid. */
const FAR = 1e9;

export function* readLife105(text: string): Reader {
  const comments: string[] = [];
  const runs = new RunList();
  let extra: Pick<Pattern, 'rule' | 'wrap' | 'grid'> = {};
  let name: string | undefined;
  let x0 = 0;
  let y = 0;
  let placed = false;
  let piece = PIECE;
  for (const { line, offset } of linesOf(text)) {
    if (offset > piece) {
      yield offset;
      piece = offset + PIECE;
    }
    const rest = line.slice(2).trim();
    if (line.startsWith('#')) {
      if (offset === 0) continue;
      const mark = line[1];
      if (mark === 'P') {
        const match = /^\s*([+-]?\d{1,9})[\s,]+([+-]?\d{1,9})\s*$/.exec(line.slice(2));
        if (!match) failAt(text, offset + 2, '"#P" needs two whole numbers, x and y, such as "#P -5 3"');
        x0 = Number(match[1]);
        y = Number(match[2]);
        placed = true;
      } else if (mark === 'N' && rest === '') extra = { rule: 'B3/S23' };
      else if (mark === 'N') name = rest;
      else if (mark === 'R' || mark === 'r') extra = readRule(text, offset + line.indexOf(rest, 2), rest);
      else comments.push(mark === 'D' || mark === 'C' || mark === 'O' ? rest : line.slice(1).trim());
      continue;
    }
    const row = line.trimEnd();
    if (row === '') {
      if (placed && runs.count > 0) y++;
      continue;
    }
    for (let x = 0; x < row.length; x++) {
      const ch = row[x];
      if (ch === '*' || ch === 'O') {
        if (!runs.add(x0 + x, y, 1)) failAt(text, offset + x, TOO_BIG);
      } else if (ch !== '.' && ch !== ' ')
        failAt(
          text,
          offset + x,
          `${shown(ch)} does not belong in Life 1.05: use "." (dead), "*" (alive) and "#" lines`,
        );
    }
    y++;
  }
  return finish(runs, comments, placed, { ...extra, ...(name === undefined ? {} : { name }) });
}

export function* readLife106(text: string): Reader {
  const comments: string[] = [];
  const runs = new RunList();
  let piece = PIECE;
  for (const { line, offset } of linesOf(text)) {
    if (offset > piece) {
      yield offset;
      piece = offset + PIECE;
    }
    if (line.startsWith('#')) {
      if (offset > 0) comments.push(line.slice(1).trim());
      continue;
    }
    if (line.trim() === '') continue;
    const match = /^\s*([+-]?\d{1,10})[\s,]+([+-]?\d{1,10})\s*$/.exec(line);
    const x = Number(match?.[1]);
    const y = Number(match?.[2]);
    if (!match || Math.abs(x) > FAR || Math.abs(y) > FAR) {
      const good = /^\s*([+-]?\d{1,10}([\s,]+([+-]?\d{1,10}\s*)?)?)?/.exec(line)?.[0].length ?? 0;
      failAt(
        text,
        offset + (match ? 0 : good),
        'each line of Life 1.06 is one cell: two whole numbers, such as "-1 4"',
      );
    }
    if (!runs.add(x, y, 1)) failAt(text, offset, TOO_BIG);
  }
  return finish(runs, comments, true, {});
}

function finish(runs: RunList, comments: string[], placed: boolean, extra: Partial<Pattern>): Pattern {
  if (runs.count === 0) return listPattern(runs, { width: 0, height: 0, comments, ...extra });
  const { minX: x, minY: y, maxX, maxY } = runs;
  const where = placed ? { x, y } : {};
  const facts = { width: maxX - x + 1, height: maxY - y + 1, comments, ...where, ...extra };
  return listPattern(runs.from(x, y), facts);
}
