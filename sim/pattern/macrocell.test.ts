import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createLife, formatMacrocell, PatternError, parsePattern, patternCells } from '../index.js';

const GLIDER = '[M2] (golly 2.0)\n#R B3/S23\n#G 12\n#C a glider\n$$..*$...*$.***$$$$\n4 1 0 0 0\n';

function failure(text: string): string {
  try {
    parsePattern(text);
  } catch (error) {
    assert.ok(error instanceof PatternError, String(error));
    return error.message;
  }
  assert.fail('no error');
}

describe('macrocell', () => {
  test('leaves, squares, comments, rule and generation; the middle of the tree is the middle of the grid', () => {
    const pattern = parsePattern(GLIDER, { name: 'dir/glider.mc' });
    assert.deepEqual(
      [pattern.width, pattern.height, pattern.x, pattern.y, pattern.rule, pattern.generation, pattern.name],
      [3, 3, -7, -6, 'B3/S23', 12, 'glider'],
    );
    assert.deepEqual([...pattern.comments], ['a glider']);
    assert.deepEqual([...pattern.runs], [1, 0, 1, 2, 1, 1, 0, 2, 3]);
    assert.equal(pattern.states, undefined);
    assert.equal(patternCells(pattern), 5);
    const copy = { ...pattern };
    assert.deepEqual(copy.runs, pattern.runs);
  });

  test('rows of all lengths, empty leaves, line ends of Windows, parts used again and again', () => {
    const pattern = parsePattern('[M2]\r\n********$\r\n$\r\n$$$$$$$*\r\n4 1 2 3 1\r\n5 4 4 0 4\r\n');
    // The first leaf a row of eight twice in each of three squares, the third a single cell.
    assert.equal(patternCells(pattern), 3 * 17);
    assert.deepEqual([pattern.x, pattern.y, pattern.width, pattern.height], [-16, -16, 32, 32]);
    const none = parsePattern('[M2]\n$\n4 1 0 0 1\n');
    assert.deepEqual([none.width, none.height, none.x, none.runs.length], [0, 0, undefined, 0]);
  });

  test('squares of many states', async () => {
    const pattern = parsePattern('[M2] (golly 3.3)\n#R 345/2/4\n1 0 1 2 3\n2 1 0 0 1\n3 0 2 0 0\n');
    assert.deepEqual([...pattern.runs], [1, 0, 1, 0, 1, 1, 1, 1, 1, 3, 2, 1, 2, 3, 1, 3, 3, 1]);
    assert.deepEqual([...pattern.states!], [1, 2, 3, 1, 2, 3]);
    assert.deepEqual([pattern.x, pattern.y, pattern.width, pattern.height], [0, -4, 4, 4]);
    const two = parsePattern('[M2]\n1 0 1 1 0\n2 1 0 0 1\n3 0 2 0 0\n');
    assert.equal(two.states, undefined);
    const worlds = await Promise.all(
      (['hash', 'js'] as const).map((engine) => createLife({ width: 64, height: 64, engine })),
    );
    for (const life of worlds) life.load(two);
    assert.equal((await worlds[0].digest()).hash, (await worlds[1].digest()).hash);
    assert.equal(worlds[0].population(), 4);
  });

  test('a tree of more cells than can be listed is loaded all the same', async () => {
    const lines = ['[M2]', '********$********$********$********$********$********$********$********$'];
    for (let level = 4; level <= 13; level++) lines.push(`${level} ${[1, 1, 1, 1].map(() => level - 3).join(' ')}`);
    const pattern = parsePattern(lines.join('\n'));
    assert.equal(patternCells(pattern), 2 ** 26);
    assert.throws(() => pattern.runs, /67108864 living cells/);
    for (const engine of ['hash', 'wasm'] as const) {
      const life = await createLife({ width: 16384, height: 16384, engine, wrap: 'bounded' });
      life.load(pattern);
      assert.equal(life.population(), 2 ** 26);
      life.step(1);
      assert.equal(life.population(), 4 + 4 * (8192 - 2), 'corners stay, and beside each edge cells are born');
      assert.throws(() => life.load(pattern, 10000, 10000), PatternError);
    }
  });

  test('a tree that would take blocks too much memory gets HashLife, where the engine may be chosen', async () => {
    const lines = ['[M2]', '$$$*'];
    // A cell in each square of 8x8.
    for (let level = 4; level <= 15; level++) lines.push(`${level} ${[1, 1, 1, 1].map(() => level - 3).join(' ')}`);
    const whole = parsePattern(lines.join('\n'));
    const small = parsePattern(lines.slice(0, 8).join('\n'));
    assert.deepEqual([whole.tree!.tiles(), small.tree!.tiles()], [2 ** 18, 64]);
    const grid = { width: 65536, height: 65536 };
    const more = parsePattern([...lines, '16 13 13 0 0'].join('\n'));
    const life = await createLife({ ...grid, pattern: more });
    assert.deepEqual([life.engine, life.population()], ['hash', 0]);
    assert.match(life.engineReason, /living cells in 524288 tiles would take blocks too much memory/);
    life.load(more);
    assert.equal(life.population(), 2 ** 25);
    assert.equal((await createLife({ ...grid, pattern: small })).engine, 'wasm');
    assert.equal((await createLife({ ...grid, pattern: more, engine: 'wasm' })).engine, 'wasm');
    assert.equal((await createLife({ ...grid, pattern: more, rule: 'B2c/S' })).engine, 'wasm');
  });

  test('what is wrong is named with its line', () => {
    assert.match(failure('[M2]\n'), /Line 2, column 1: there are no cells/);
    assert.match(failure('[M2]\n$$*$\n4 1 0 2 0\n'), /Line 3, column 7: square 2 does not exist yet/, 'itself');
    assert.match(failure('[M2]\n$$*$\n4 3 0 0 0\n4 1 0 0 0\n'), /Line 3, column 3: square 3 does not exist yet/);
    assert.match(failure('[M2]\n*$\n5 0 1 0 0\n'), /Line 3, column 5: square 1 is of level 3.*must be of level 4/);
    assert.match(failure('[M2]\n*$\n0 0 1 0 0\n'), /Line 3, column 1: level 0/);
    assert.match(failure('[M2]\n*$\n99 0 1 0 0\n'), /Line 3, column 1: level 99/);
    assert.match(failure('[M2]\n*$\n4 0 1 0\n'), /Line 3, column 1: a square needs five numbers/);
    assert.match(failure('[M2]\n.........*$\n'), /Line 2, column 9: a row of more than 8/);
    assert.match(failure('[M2]\n$$$$$$$$*\n'), /Line 2, column 9: more than 8 rows/);
    assert.match(failure('[M2]\n.*x$\n'), /Line 2, column 3: "x" among cells/);
    assert.match(failure('[M2]\nhello\n'), /Line 2, column 1: "hello" begins no line/);
    assert.match(failure('[M2]\n1 0 1 256 0\n'), /Line 2, column 7: state 256/);
    assert.match(failure('[M2]\n#R B9/S\n*$\n'), /Line 2, column 5/);
    const far = ['[M2]', '*$'];
    for (let level = 4; level <= 20; level++)
      far.push(`${level} ${level === 20 ? `${17} 0 0 ${17}` : `${level - 3} 0 0 0`}`);
    assert.match(failure(far.join('\n')), /Line 19, column 1: the pattern grows beyond 65536x65536/);
  });

  test('written and read again it is the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          width: fc.integer({ min: 1, max: 300 }),
          height: fc.integer({ min: 1, max: 300 }),
          density: fc.constantFrom(0, 0.001, 0.1, 0.5),
          seed: fc.nat(),
        }),
        async ({ width, height, density, seed }) => {
          const life = await createLife({ width, height, engine: 'wasm' });
          life.soup({ density, seed });
          life.step(3);
          const text = formatMacrocell(life, { name: 'soup', comments: ['a\nb'] });
          const pattern = parsePattern(text);
          assert.equal(patternCells(pattern), life.population());
          assert.deepEqual([pattern.name, pattern.generation, pattern.comments[0]], ['soup', 3, 'a b']);
          const other = await createLife({ width, height, engine: 'js' });
          other.load(pattern);
          assert.equal((await other.digest()).hash, (await life.digest()).hash);
          other.load(parsePattern(formatMacrocell(other)));
          assert.equal((await other.digest()).hash, (await life.digest()).hash);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('fuzz: any text is read, or refused with its line', () => {
    const line = fc.oneof(
      fc.constantFrom('*$', '..*$.*$', '$', '#C x', '#R B3/S23', '#G 99999999999999999999', ''),
      fc.stringMatching(/^[.*$]{0,80}$/),
      fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)).map((n) => n.join(' ')),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = ['[M2]', ...lines].join(end);
        try {
          const pattern = parsePattern(text);
          assert.ok(pattern.runs.length % 3 === 0);
          for (let i = 0; i < pattern.runs.length; i += 3)
            assert.ok(pattern.runs[i] >= 0 && pattern.runs[i] + pattern.runs[i + 2] <= pattern.width);
        } catch (error) {
          assert.ok(error instanceof PatternError, String(error));
          assert.ok(error.line >= 1 && error.line <= lines.length + 1, error.message);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
