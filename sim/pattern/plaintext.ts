/** Plaintext (`.cells`): comment lines begin with "!", "." is dead, "O" or "*" alive, a row a line. */
import { MAX_SIDE } from '../life/grid.js';
import { listPattern } from './pattern.js';
import { RunList } from './run-list.js';
import { failAt, linesOf, PIECE, type Reader, shown, TOO_BIG } from './text.js';

export function* readPlaintext(text: string): Reader {
  const comments: string[] = [];
  const runs = new RunList();
  let name: string | undefined;
  let width = 0;
  let height = 0;
  let blanks = 0;
  let piece = PIECE;
  for (const { line, offset } of linesOf(text)) {
    if (offset > piece) {
      yield offset;
      piece = offset + PIECE;
    }
    if (line.startsWith('!')) {
      const comment = line.slice(1).trim();
      const named = /^Name:\s*(.+)$/i.exec(comment);
      if (named && name === undefined) name = named[1];
      else comments.push(comment);
      continue;
    }
    const row = line.trimEnd();
    // Blank lines are empty rows between others, and nothing at the ends.
    if (row === '') {
      if (height > 0) blanks++;
      continue;
    }
    const y = height + blanks;
    if (y >= MAX_SIDE) failAt(text, offset, TOO_BIG);
    height = y + 1;
    blanks = 0;
    if (row.length > MAX_SIDE) failAt(text, offset + MAX_SIDE, TOO_BIG);
    width = Math.max(width, row.length);
    for (let x = 0; x < row.length; x++) {
      const ch = row[x];
      if (ch === 'O' || ch === '*' || ch === 'o') runs.add(x, y, 1);
      else if (ch !== '.' && ch !== ' ')
        failAt(
          text,
          offset + x,
          `${shown(ch)} does not belong in plaintext: use "." (dead), "O" (alive), "!" comments`,
        );
    }
  }
  if (height === 0) failAt(text, text.length, 'there are no rows of cells ("." and "O")');
  return listPattern(runs, { width, height, comments, ...(name === undefined ? {} : { name }) });
}
