import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatRle, type Pattern, PatternError, parsePattern, patternCells } from '../index.js';

/** Rows of "." and "O". */
function draw(pattern: Pattern): string[] {
  const rows = Array.from({ length: pattern.height }, () => new Array<string>(pattern.width).fill('.'));
  for (let i = 0; i < pattern.runs.length; i += 3)
    for (let k = 0; k < pattern.runs[i + 2]; k++) rows[pattern.runs[i + 1]][pattern.runs[i] + k] = 'O';
  return rows.map((row) => row.join(''));
}

const GLIDER = ['.O.', '..O', 'OOO'];

describe('RLE', () => {
  test('header, comments, name, rule, offset; what follows "!" is ignored', () => {
    const pattern = parsePattern(
      '#N Glider\r\n#O Richard Guy\r\n#C moves\r\n#P -1 -2\r\nx = 3, y = 3, rule = b36/s23\r\nbo$2bo$\r\n3o!\r\n$$garbage ***',
    );
    assert.deepEqual(draw(pattern), GLIDER);
    assert.deepEqual(
      { ...pattern, runs: 0 },
      {
        name: 'Glider',
        comments: ['Richard Guy', 'moves'],
        x: -1,
        y: -2,
        width: 3,
        height: 3,
        rule: 'B36/S23',
        runs: 0,
      },
    );
  });

  test('counts split from their tags by a line end, blanks anywhere, several rows at once', () => {
    assert.deepEqual(draw(parsePattern('x=3,y=5\n3\no 2\n$ b o\n b2$o!')), ['OOO', '...', '.O.', '...', 'O..']);
    assert.deepEqual(draw(parsePattern('bo$2bo$3o!')), GLIDER, 'no header');
    assert.deepEqual(draw(parsePattern('x = 3, y = 3\n.A$2.A$3A!')), GLIDER, 'letters of the many-state form');
    assert.deepEqual(draw(parsePattern('x = 3, y = 3\nbo$2bo$3o')), GLIDER, 'no "!"');
    assert.deepEqual(draw(parsePattern('x = 0, y = 0\n!')), []);
  });

  test('rules in every form, with the edges of a bounded grid', () => {
    const ruleOf = (rule: string) => {
      const { rule: text, wrap, grid } = parsePattern(`x = 1, y = 1, rule = ${rule}\no!`);
      return [text, wrap, grid && `${grid.width}x${grid.height}`];
    };
    assert.deepEqual(ruleOf('23/3'), ['B3/S23', undefined, undefined]);
    assert.deepEqual(ruleOf('b3s23'), ['B3/S23', undefined, undefined]);
    assert.deepEqual(ruleOf('B3/S23:T100,80'), ['B3/S23', 'torus', '100x80']);
    assert.deepEqual(ruleOf('B2/S013V:P30,40'), ['B2/S013V', 'bounded', '30x40']);
    assert.deepEqual(ruleOf('Life:K30*,40'), ['B3/S23', undefined, undefined]);
    assert.equal(parsePattern('#r 23/36\nx = 1, y = 1\no!').rule, 'B36/S23');
  });

  test('more states than two, with and without prefixes', () => {
    const cells = parsePattern('x = 9, y = 2, rule = 345/2/4\n.A2BCA$3.2C!');
    assert.equal(cells.rule, '345/2/4');
    assert.deepEqual([...cells.runs], [1, 0, 1, 2, 0, 2, 4, 0, 1, 5, 0, 1, 3, 1, 2]);
    assert.deepEqual([...cells.states!], [1, 2, 3, 1, 3]);
    const high = parsePattern('XpA2pX$qAyO2o!');
    assert.deepEqual([...high.states!], [24, 25, 48, 49, 255, 1]);
    assert.deepEqual([...high.runs], [0, 0, 1, 1, 0, 1, 2, 0, 2, 0, 1, 1, 1, 1, 1, 2, 1, 2]);
    assert.equal('states' in parsePattern('x = 2, y = 1, rule = 345/2/4\n.2A!'), false, 'all are 1');
    assert.equal(parsePattern('x = 1, y = 1, rule = R5,C9,M1,S34..58,B34..45,NM:T99\nH!').grid?.width, 99);
  });

  test('cells beyond the stated size are kept, rows of 65536 cells are read', () => {
    assert.deepEqual(draw(parsePattern('x = 1, y = 1\n3o$o!')), ['OOO', 'O..']);
    const wide = parsePattern('x = 65536, y = 1\n65536o!');
    assert.equal(patternCells(wide), 65536);
    assert.equal(wide.runs.length, 3);
  });
});

describe('other formats', () => {
  test('plaintext: names, comments, short rows, blank rows', () => {
    const pattern = parsePattern('!Name: Glider\n!\n! moves\n.O\n..O\nOOO\n\nO\n\n');
    assert.deepEqual(draw(pattern), [...GLIDER, '...', 'O..']);
    assert.equal(pattern.name, 'Glider');
    assert.deepEqual(draw(parsePattern('.O.\n..O\nOOO')), GLIDER, 'no comment');
    assert.deepEqual(draw(parsePattern('\n.*\n', { name: 'blinker.cells' })), ['.O']);
  });

  test('Life 1.05: blocks at their places, rules', () => {
    const pattern = parsePattern('#Life 1.05\n#D Two blocks\n#N\n#P -1 -1\n.*\n..*\n***\n#P 3 0\n*\n');
    assert.deepEqual(draw(pattern), ['.O...', '..O.O', 'OOO..']);
    assert.deepEqual([pattern.x, pattern.y, pattern.rule, pattern.comments], [-1, -1, 'B3/S23', ['Two blocks']]);
    assert.equal(parsePattern('#Life 1.05\n#R 23/36\n*').rule, 'B36/S23');
  });

  test('Life 1.06: cells in any order', () => {
    const pattern = parsePattern('#Life 1.06\n1 1\n-1 1\n0 1\r\n1 0\n0 -1\n');
    assert.deepEqual(draw(pattern), GLIDER);
    assert.deepEqual([pattern.x, pattern.y], [-1, -1]);
  });

  test('the name of the file names what has no name', () => {
    assert.equal(parsePattern('bo$2bo$3o!', { name: 'dir/my glider.rle' }).name, 'my glider');
    assert.equal(parsePattern('#N A\nx=1,y=1\no!', { name: 'b.rle' }).name, 'A');
  });
});

describe('malformed patterns name line and column', () => {
  const cases: [string, string, number, number, RegExp][] = [
    ['empty', '', 1, 1, /empty/],
    ['blank', '  \n \n', 3, 1, /empty/],
    ['a web page', '<!DOCTYPE html>', 1, 1, /begins no pattern/],
    ['a bad letter', 'x = 3, y = 3\nbo$2bo$\n3o%!', 3, 3, /"%" does not belong/],
    ['a state that the rule lacks', 'x = 3, y = 3, rule = B3/S23\nbo$2bB!', 2, 6, /state 2, but rule B3\/S23 has/],
    ['a state that Generations lack', 'x = 3, y = 3, rule = /2/3\n.A$2.3C!', 2, 7, /state 3, but rule \/2\/3 has/],
    ['a letter that is no state', 'x = 3, y = 3\nbo$Y!', 2, 4, /"Y" does not belong/],
    ['a prefix without a letter', 'x = 3, y = 3\nbo$p!', 2, 4, /a letter follows/],
    ['a prefix at the end', 'x = 3, y = 3\nbo$3y', 2, 5, /a letter follows/],
    ['a state above 255', 'x = 3, y = 3\nyOyP', 2, 3, /"yO" \(255\)/],
    ['a huge count', 'x = 3, y = 3\nbo$\n99999999999999999999o!', 3, 1, /count above 65536/],
    ['a count of zero', 'x = 3, y = 3\n0o!', 2, 1, /count of 0/],
    ['a count without tag', 'x = 3, y = 3\no3!', 2, 2, /count must be followed/],
    ['a count at the end', 'x = 3, y = 3\no$12', 2, 3, /ends after a count/],
    ['too wide', 'x = 3, y = 3\n65536oo!', 2, 7, /beyond 65536/],
    ['too high', 'x = 3, y = 3\n65536$65536$o!', 2, 12, /beyond 65536/],
    ['a cut header', 'x = 3, z = 3\no!', 1, 8, /header must read/],
    ['a header with a huge size', '#C a\nx = 3, y = 99999\no!', 2, 12, /at most 65536/],
    ['a bad rule', 'x = 3, y = 3, rule = B3/S29\no!', 1, 27, /"9" at character 6/],
    ['a rule of too many states', 'x = 3, y = 3, rule = 345/2/400\no!', 1, 28, /2 to 256 states/],
    ['a bad #r', '#C c\n#r 23x3\nx = 1, y = 1\no!', 2, 6, /"x"/],
    ['no cells after the header', '#N a\n#C b', 2, 5, /no cells/],
    ['a bad #P', '#P 3\nx = 3, y = 3\no!', 1, 3, /two whole numbers/],
    ['plaintext with a digit', '!Name: a\n.O.\n.3.', 3, 2, /"3" does not belong/],
    ['plaintext with no rows', '!Name: a\n!b\n', 3, 1, /no rows/],
    ['Life 1.05 with a letter', '#Life 1.05\n#P 0 0\n.*x', 3, 3, /"x" does not belong/],
    ['Life 1.05 with a bad place', '#Life 1.05\n#P 0\n*', 2, 3, /two whole numbers/],
    ['Life 1.05 blocks far apart', '#Life 1.05\n#P 0 0\n*\n#P 100000 0\n*', 5, 1, /beyond 65536/],
    ['Life 1.06 with half a cell', '#Life 1.06\n0 1\n3\n', 3, 2, /two whole numbers/],
    ['Life 1.06 far away', '#Life 1.06\n0 1\n3 9999999999\n', 3, 1, /two whole numbers/],
    ['a control character', 'x = 3, y = 3\nb\u0007o!', 2, 2, /U\+0007/],
  ];
  for (const [name, text, line, column, message] of cases)
    test(name, () => {
      assert.throws(
        () => parsePattern(text),
        (error: unknown) => {
          assert.ok(error instanceof PatternError, String(error));
          assert.match(error.message, message);
          assert.match(error.message, new RegExp(`^Line ${line}, column ${column}: `));
          assert.deepEqual([error.line, error.column], [line, column]);
          return true;
        },
      );
    });

  test('what is no text at all', () => {
    for (const input of [undefined, null, 3, {}, new Uint8Array(3)])
      assert.throws(() => parsePattern(input as unknown as string), PatternError);
  });
});

describe('fuzz', () => {
  const readOrRefuse = (text: string, name?: string) => {
    try {
      const { width, height, runs } = parsePattern(text, { name });
      assert.ok(width >= 0 && height >= 0 && width <= 131072 && height <= 131072);
      for (let i = 0; i < runs.length; i += 3) {
        assert.ok(runs[i] >= 0 && runs[i + 1] >= 0 && runs[i + 2] > 0);
        assert.ok(runs[i] + runs[i + 2] <= Math.min(width, 65536) && runs[i + 1] < Math.min(height, 65536));
      }
    } catch (error) {
      assert.ok(error instanceof PatternError, String(error));
      assert.ok(error.line >= 1 && error.column >= 1, error.message);
    }
  };

  test('random bytes are read or refused with a PatternError', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => String.fromCharCode(...b));
    fc.assert(
      fc.property(bytes, (text) => readOrRefuse(text)),
      { numRuns: 5000 },
    );
  });

  test('so are texts that look like patterns', () => {
    const piece = fc.constantFrom(
      ...'#Life 1.05\n|#Life 1.06\n|x = 3, y = 3|, rule = |B3/S23|:T100,100|\n|\r\n|#P |#R |#N |#C |#r |#|!|$|b|o|.|*|O|A|B|pA|yO|y|3|65536|99999|-1 |0 | '.split(
        '|',
      ),
    );
    const text = fc.array(piece, { maxLength: 60 }).map((list) => list.join(''));
    const name = fc.constantFrom(undefined, 'a.rle', 'a.cells', 'a.lif');
    fc.assert(fc.property(text, name, readOrRefuse), { numRuns: 15000 });
  });

  test('what formatRle writes, parsePattern reads back', () => {
    const run = fc.tuple(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 90 }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), (list) => {
        const cells = new Set<string>();
        for (const [x, y, length] of list) for (let i = 0; i < length; i++) cells.add(`${x + i},${y}`);
        const pattern: Pattern = { width: 400, height: 301, runs: Int32Array.from(list.flat()), comments: ['a'] };
        const text = formatRle(pattern);
        assert.ok(text.split('\n').every((line) => line.length <= 70));
        const back = parsePattern(text);
        const got = new Set<string>();
        for (let i = 0; i < back.runs.length; i += 3)
          for (let k = 0; k < back.runs[i + 2]; k++) got.add(`${back.runs[i] + k},${back.runs[i + 1]}`);
        assert.deepEqual([...got].sort(), [...cells].sort());
        assert.equal(patternCells(back), cells.size);
      }),
      { numRuns: 300 },
    );
  });

  test('so are patterns of many states; where cells overlap, the later ones count', () => {
    const run = fc.tuple(fc.nat(60), fc.nat(9), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 40 }), (list) => {
        const cells = new Map<string, number>();
        for (const [x, y, length, state] of list) for (let i = 0; i < length; i++) cells.set(`${x + i},${y}`, state);
        const runs = Int32Array.from(list.flatMap((item) => item.slice(0, 3)));
        const states = Uint8Array.from(list.map((item) => item[3]));
        const text = formatRle({ width: 90, height: 10, runs, states, rule: '/2/256', comments: [] });
        const back = parsePattern(text);
        const got = new Map<string, number>();
        for (let i = 0; i < back.runs.length; i += 3)
          for (let k = 0; k < back.runs[i + 2]; k++)
            got.set(`${back.runs[i] + k},${back.runs[i + 1]}`, back.states ? back.states[i / 3] : 1);
        assert.deepEqual(new Map([...got].sort()), new Map([...cells].sort()));
      }),
      { numRuns: 300 },
    );
  });

  test('a megabyte of one line takes no time', () => {
    const start = performance.now();
    for (const text of [
      'o'.repeat(1e6),
      'ob'.repeat(3e4),
      '9'.repeat(1e6),
      ' '.repeat(1e6),
      `x${' '.repeat(1e6)}`,
      '#\n'.repeat(5e5),
    ])
      readOrRefuse(text);
    assert.ok(performance.now() - start < 30_000, `${performance.now() - start} ms`);
  });
});
