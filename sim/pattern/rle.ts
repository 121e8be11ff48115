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
  const body = new Body(text, at, runs, draft, comments);
  while (at < text.length && !body.over) {
    at = body.read(at, Math.min(text.length, at + PIECE));
    if (at < text.length && !body.over) yield at;
  }
  if (!body.over) body.end();
  const { width, height } = body;
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

const [ZERO, NINE, B, O, DOT, DOLLAR, BANG, HASH, LF, CR, BLANK, TAB] = [...'09bo.$!#\n\r \t'].map((ch) =>
  ch.charCodeAt(0),
);

/** What follows the header: counts and what they count. */
class Body {
  width = 0;
  /** The "!" has come. */
  over = false;
  /** Next cell. */
  #x = 0;
  #y = 0;
  #count = 0;
  /** Where the count begins that has no tag yet; -1: there is none. */
  #counted = -1;
  #lineStart: number;
  readonly #most: number;

  constructor(
    private readonly text: string,
    start: number,
    private readonly runs: RunList,
    private readonly draft: Draft,
    private readonly comments: string[],
  ) {
    this.#lineStart = start;
    this.#most = draft.rule === undefined ? 255 : statesOf(draft.rule) - 1;
  }

  get height(): number {
    return this.runs.count === 0 ? 0 : this.runs.maxY + 1;
  }

  /** Reads from here on, to `end` or a little more; returns where it stopped. */
  read(from: number, end: number): number {
    const { text } = this;
    let [count, counted] = [this.#count, this.#counted];
    let at = from;
    for (; at < end && !this.over; at++) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) {
        if (counted < 0) counted = at;
        count = count * 10 + (code - ZERO);
        if (count > MAX_SIDE) failAt(text, counted, `a count above ${MAX_SIDE} is too big for any grid`);
        continue;
      }
      if (code === LF) {
        this.#lineStart = at + 1;
        continue;
      }
      if (code === CR || code === BLANK || code === TAB) continue;
      if (code === HASH && at === this.#lineStart) {
        let lineEnd = text.indexOf('\n', at);
        if (lineEnd < 0) lineEnd = text.length;
        readMark(text, at, text.slice(at, lineEnd).trimEnd(), this.draft, this.comments);
        at = lineEnd - 1;
        continue;
      }
      if (counted >= 0 && count === 0)
        failAt(text, counted, 'a count of 0 says nothing: leave it out or write 1 or more');
      if (code === BANG) {
        if (counted >= 0) failAt(text, counted, 'a count must be followed by "b", "o" or "$", not by "!"');
        this.over = true;
        continue;
      }
      at = this.#tag(at, code, counted < 0 ? 1 : count);
      count = 0;
      counted = -1;
    }
    this.#count = count;
    this.#counted = counted;
    return at;
  }

  end(): void {
    if (this.#counted >= 0) failAt(this.text, this.#counted, 'the text ends after a count: "b", "o" or "$" is missing');
  }

  /** `n` times what the character at `at` means; returns where the last character of it stands. */
  #tag(at: number, code: number, n: number): number {
    const { text } = this;
    let last = at;
    if (code === B || code === DOT) this.#x += n;
    else if (code === DOLLAR) {
      this.#x = 0;
      this.#y += n;
    } else {
      let state = 1;
      if (code !== O) {
        state = stateAt(text, at);
        if (state === 0)
          failAt(
            text,
            at,
            `${shown(text[at])} does not belong in RLE: use counts, "b" (dead), "o" (alive), "$" and "!"`,
          );
        if (state > 24) last = at + 1;
      }
      if (state > this.#most)
        failAt(text, at, `a cell of state ${state}, but rule ${this.draft.rule} has states 0 to ${this.#most}`);
      if (this.#x + n > MAX_SIDE || this.#y >= MAX_SIDE || !this.runs.add(this.#x, this.#y, n, state))
        failAt(text, at, TOO_BIG);
      this.#x += n;
      if (this.#x > this.width) this.width = this.#x;
    }
    // Dead cells and rows past the edge of any grid are harmless, but must not count for ever.
    if (this.#x > MAX_SIDE || this.#y > MAX_SIDE) failAt(text, at, TOO_BIG);
    return last;
  }
}

/** The state that a letter, or two, mean, 1..255; 0 for what means none. */
function stateAt(text: string, at: number): number {
  const ch = text[at];
  if (ch < 'p' || ch > 'y') return letterState(ch);
  const letter = letterState(text[at + 1] ?? '');
  const state = 24 * (ch.charCodeAt(0) - 111) + letter;
  if (letter === 0 || state > 255)
    failAt(text, at, `${shown(ch)} begins a state above 24: a letter follows it, "pA" (25) to "yO" (255)`);
  return state;
}

/** The state that a capital letter means, 1..24; 0 for what means none. */
function letterState(ch: string): number {
  return ch >= 'A' && ch <= 'X' ? ch.charCodeAt(0) - 64 : 0;
}
