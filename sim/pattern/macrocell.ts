/**
 * Macrocell files (`.mc`), in which Golly keeps what is too big for anything else: a line for each square that differs
 * from all others. http://golly.sourceforge.net/Help/formats.html#mc (also in its package, Help/formats.html)
 */
import { MAX_SIDE } from '../life/grid.js';
import { CellTree, MAX_LEVEL } from './cell-tree.js';
import type { Pattern } from './pattern.js';
import { exhaust } from './pieces.js';
import { failAt, linesOf, PIECE, type Reader, readRule, shown, TOO_BIG } from './text.js';
import { treePattern } from './tree-pattern.js';

type Facts = { -readonly [K in keyof Pattern]?: Pattern[K] };

/** @throws MemoryError, and PatternError with the line and column of what is wrong. */
export function* readMacrocell(text: string): Reader {
  const comments: string[] = [];
  const facts: Facts = {};
  const tree = new CellTree();
  let last = 0;
  let piece = PIECE;
  for (const { line, offset } of linesOf(text)) {
    if (offset > piece) {
      // Beside the reading, so that nothing is left to do at its end.
      exhaust(tree.measure());
      yield offset;
      piece = offset + PIECE;
    }
    const first = line[0];
    if (first === '#') readMark(text, offset, line, facts, comments);
    else if (first === '.' || first === '*' || first === '$') readLeaf(text, offset, line, tree);
    else if (first >= '0' && first <= '9') readNode(text, offset, line, tree);
    else if (offset === 0 && line.startsWith('[M2]')) continue;
    else if (line.trim() !== '')
      failAt(
        text,
        offset + line.search(/\S/),
        `${shown(line.trim())} begins no line of a macrocell file: those are "#...", cells (".", "*", "$"), or five numbers`,
      );
    else continue;
    if (first !== '#') last = offset;
  }
  if (tree.count === 1) failAt(text, text.length, 'there are no cells: a macrocell file needs a line for each square');
  const box = tree.box();
  if (box && (box.width > MAX_SIDE || box.height > MAX_SIDE)) failAt(text, last, TOO_BIG);
  return treePattern(tree, { ...facts, comments });
}

function readMark(text: string, offset: number, line: string, facts: Facts, comments: string[]): void {
  const rest = line.slice(2).trim();
  switch (line[1]) {
    case 'R':
      if (rest) Object.assign(facts, readRule(text, offset + line.indexOf(rest, 2), rest));
      break;
    case 'G': {
      // Generations beyond 2^53 are common in such files; they are of no use to us.
      const generation = Number(rest);
      if (/^\d+$/.test(rest) && Number.isSafeInteger(generation)) facts.generation = generation;
      break;
    }
    case 'N':
      if (rest) facts.name = rest;
      break;
    default:
      comments.push(line[1] === 'C' ? rest : line.slice(1).trim());
  }
}

/** Eight rows of eight; what is not written at the end of rows, and rows at the end, is dead. */
function readLeaf(text: string, offset: number, line: string, tree: CellTree): void {
  const rows = [0, 0];
  let x = 0;
  let y = 0;
  for (let i = 0; i < line.length; i++) {
    const ch = line[i];
    if (ch === '$') {
      x = 0;
      y++;
      continue;
    }
    if (ch === ' ' || ch === '\t') continue;
    if (ch !== '.' && ch !== '*') failAt(text, offset + i, `${shown(ch)} among cells: use ".", "*" and "$"`);
    if (x > 7) failAt(text, offset + i, 'a row of more than 8 cells: such lines hold 8x8');
    if (y > 7) failAt(text, offset + i, 'more than 8 rows: such lines hold 8x8');
    if (ch === '*') rows[y >> 2] |= 1 << ((y & 3) * 8 + x);
    x++;
  }
  tree.leaf(rows[0], rows[1]);
}

const NUMBERS = /^(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*$/;

function readNode(text: string, offset: number, line: string, tree: CellTree): void {
  const match = NUMBERS.exec(line);
  if (!match)
    failAt(
      text,
      offset,
      'a square needs five numbers: its level, and its quarters NW, NE, SW, SE, such as "4 1 0 2 0"',
    );
  const level = Number(match[1]);
  if (level < 1 || level > MAX_LEVEL)
    failAt(text, offset, `level ${level}: squares have sides of 2 to 2^${MAX_LEVEL}, levels 1 to ${MAX_LEVEL}`);
  const parts = [Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5])];
  for (let i = 0; i < 4; i++) {
    const part = parts[i];
    if (level === 1) {
      if (part > 255) failAt(text, column(line, offset, i), `state ${part}: cells have states 0 to 255`);
      continue;
    }
    if (part >= tree.count)
      failAt(
        text,
        column(line, offset, i),
        `square ${part} does not exist yet: a line can only name squares of lines before it (1 to ${tree.count - 1})`,
      );
    if (part !== 0 && tree.level(part) !== level - 1)
      failAt(
        text,
        column(line, offset, i),
        `square ${part} is of level ${tree.level(part)}: a quarter of level ${level} must be of level ${level - 1}`,
      );
  }
  tree.node(level, parts[0], parts[1], parts[2], parts[3]);
}

/** Where the number of a quarter stands. */
function column(line: string, offset: number, quarter: number): number {
  const words = /^(\d+\s+)(\d+\s+)(\d+\s+)(\d+\s+)/.exec(line)!;
  let at = offset;
  for (let i = 0; i <= quarter; i++) at += words[i + 1].length;
  return at;
}
