/**
 * Run length encoded patterns, the format most collections use: "#" lines, a header `x = 3, y = 3, rule = B3/S23`, then
 * counts with `b` (dead), `o` (alive), `$` (end of row), and `!` at the end. What follows the `!` is ignored.
 *
 * Of more states, as Golly writes them: `.` is 0, `A` to `X` are 1 to 24, `pA` to `pX` 25 to 48, and so on to `yO`, 255.
 */
import { MAX_SIDE } from '../life/grid.js';
import { listPattern, type Pattern } from './pattern.js';
import { RunList } from './run-list.js';
import { failAt, PIECE, type Reader, readRule, shown, statesOf, TOO_BIG } from './text.js';

type Draft = { -readonly [K in keyof Pattern]?: Pattern[K] };

export function* readRle(text: string): Reader {
  const comments: string[] = [];
  const draft: Draft = {};
  let at = 0;
  // Leading lines: marks, blanks and at most one header.
  for (;;) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const line = text.slice(at, end).trimEnd();
    if (line.startsWith('#')) readMark(text, at, line, draft, comments);
    else if (/^\s*x([\s=]|$)/i.test(line)) {
      readHeader(text, at, line, draft);
      at = Math.min(end + 1, text.length);
      break;
    } else if (line.trim() !== '') break;
    if (end === text.length) failAt(text, end, 'there are no cells: an RLE body such as "bo$2bo$3o!" is missing');
    at = end + 1;
  }
  const runs = new RunList();
  const { width, height } = yield* readBody(text, at, runs, draft, comments);
  return listPattern(runs, {
    ...draft,
    width: Math.max(draft.width ?? 0, width),
    height: Math.max(draft.height ?? 0, height),
    comments,
  });
}

function readMark(text: string, offset: number, line: string, draft: Draft, comments: string[]): void {
  const rest = line.slice(2).trim();
  switch (line[1]) {
    case 'N':
      if (rest) draft.name = rest;
      break;
    case 'O':
    case 'C':
    case 'c':
      comments.push(rest);
      break;
    case 'P':
    case 'R': {
      const match = /^\s*([+-]?\d{1,9})[\s,]+([+-]?\d{1,9})\s*$/.exec(line.slice(2));
      if (!match)
        failAt(text, offset + 2, `"#${line[1]}" needs two whole numbers, x and y, such as "#${line[1]} -5 3"`);
      draft.x = Number(match[1]);
      draft.y = Number(match[2]);
      break;
    }
    case 'r':
      Object.assign(draft, readRule(text, offset + line.indexOf(rest, 2), rest));
      break;
    default:
      comments.push(line.slice(1).trim());
  }
}

function readHeader(text: string, offset: number, line: string, draft: Draft): void {
  const match = /^\s*x\s*=\s*(\d+)\s*,\s*y\s*=\s*(\d+)\s*(?:,\s*rule\s*=\s*(.*?)\s*)?$/i.exec(line);
  if (!match) {
    const good = /^\s*x\s*(=\s*(\d+\s*(,\s*(y\s*(=\s*(\d+\s*(,\s*(rule\s*=?)?)?)?)?)?)?)?)?/i.exec(line);
    failAt(text, offset + (good?.[0].length ?? 0), 'the header must read "x = WIDTH, y = HEIGHT, rule = B3/S23"');
  }
  for (const [at, side] of [
    [line.indexOf(match[1]), Number(match[1])],
    [line.indexOf(match[2], line.search(/y/i)), Number(match[2])],
  ])
    if (side > MAX_SIDE) failAt(text, offset + at, `${side} cells are too many: a grid has at most ${MAX_SIDE} a side`);
  draft.width = Number(match[1]);
  draft.height = Number(match[2]);
  if (match[3]) Object.assign(draft, readRule(text, offset + line.lastIndexOf(match[3]), match[3]));
}

function* readBody(
  text: string,
  start: number,
  runs: RunList,
  draft: Draft,
  comments: string[],
): Generator<number, { width: number; height: number }> {
  let x = 0;
  let y = 0;
  let width = 0;
  let count = 0;
  let counted = -1;
  let lineStart = start;
  const most = draft.rule === undefined ? 255 : statesOf(draft.rule) - 1;
  for (let at = start; at < text.length; at++) {
    if (at % PIECE === 0) yield at;
    const ch = text[at];
    if (ch >= '0' && ch <= '9') {
      if (counted < 0) counted = at;
      count = count * 10 + (ch.charCodeAt(0) - 48);
      if (count > MAX_SIDE) failAt(text, counted, `a count above ${MAX_SIDE} is too big for any grid`);
      continue;
    }
    if (ch === '\n') {
      lineStart = at + 1;
      continue;
    }
    if (ch === ' ' || ch === '\t' || ch === '\r') continue;
    if (ch === '#' && at === lineStart) {
      let end = text.indexOf('\n', at);
      if (end < 0) end = text.length;
      readMark(text, at, text.slice(at, end).trimEnd(), draft, comments);
      at = end - 1;
      continue;
    }
    if (counted >= 0 && count === 0)
      failAt(text, counted, 'a count of 0 says nothing: leave it out or write 1 or more');
    const n = counted < 0 ? 1 : count;
    if (ch === '!') {
      if (counted >= 0) failAt(text, counted, 'a count must be followed by "b", "o" or "$", not by "!"');
      return { width, height: runs.count === 0 ? 0 : runs.maxY + 1 };
    }
    if (ch === 'b' || ch === '.') x += n;
    else if (ch === '$') {
      x = 0;
      y += n;
    } else {
      let state = ch === 'o' ? 1 : letterState(ch);
      if (ch >= 'p' && ch <= 'y') {
        const letter = letterState(text[at + 1] ?? '');
        state = 24 * (ch.charCodeAt(0) - 111) + letter;
        if (letter === 0 || state > 255)
          failAt(text, at, `${shown(ch)} begins a state above 24: a letter follows it, "pA" (25) to "yO" (255)`);
      }
      if (state === 0)
        failAt(text, at, `${shown(ch)} does not belong in RLE: use counts, "b" (dead), "o" (alive), "$" and "!"`);
      if (state > most) failAt(text, at, `a cell of state ${state}, but rule ${draft.rule} has states 0 to ${most}`);
      if (x + n > MAX_SIDE || y >= MAX_SIDE || !runs.add(x, y, n, state)) failAt(text, at, TOO_BIG);
      if (state > 24) at++;
      x += n;
      if (x > width) width = x;
    }
    // Dead cells and rows past the edge of any grid are harmless, but must not count for ever.
    if (x > MAX_SIDE || y > MAX_SIDE) failAt(text, at, TOO_BIG);
    count = 0;
    counted = -1;
  }
  if (counted >= 0) failAt(text, counted, 'the text ends after a count: "b", "o" or "$" is missing');
  return { width, height: runs.count === 0 ? 0 : runs.maxY + 1 };
}

/** The state that a capital letter means, 1..24; 0 for what means none. */
function letterState(ch: string): number {
  return ch >= 'A' && ch <= 'X' ? ch.charCodeAt(0) - 64 : 0;
}
