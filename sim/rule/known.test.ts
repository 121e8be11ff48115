import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLife, type Life, parsePattern } from '../index.js';

/** The cells that are not dead, "x,y:state". */
function cells(life: Life, dx = 0, dy = 0): string[] {
  const list: string[] = [];
  for (let y = 0; y < life.height; y++)
    for (let x = 0; x < life.width; x++) {
      const state = life.state(x, y);
      if (state > 0)
        list.push(`${(x + dx + life.width) % life.width},${(y + dy + life.height) % life.height}:${state}`);
    }
  return list.sort();
}

describe('patterns of other families do what they are known for', () => {
  const ships: [name: string, text: string, generations: number, dx: number, dy: number][] = [
    ["Brian's Brain, the smallest ship", 'x = 2, y = 2, rule = /2/3\n2A$2B!', 1, 0, -1],
    [
      "a bug of Bosco's rule, 5 cells in 6 generations",
      'x = 10, y = 11, rule = R5,C0,M1,S34..58,B34..45,NM\n4b2o$2b6o$b2o4b2o$b2o4b2o$3o4b3o$3o4b3o$10o$b8o$b8o$2b6o$2b6o!',
      ...([6, 0, 5] as const),
    ],
    ['Life as a rule of Larger than Life', 'x = 3, y = 3, rule = R1,C0,M0,S2..3,B3..3,NM\n.A$2.A$3A!', 4, 1, 1],
    ['Life, by Generations of two states', 'x = 3, y = 3, rule = 23/3/2\nbo$2bo$3o!', 4, 1, 1],
  ];
  for (const [name, text, generations, dx, dy] of ships)
    test(`${name}: comes back, moved by ${dx}, ${dy}`, async () => {
      const pattern = parsePattern(text);
      const life = await createLife({ width: 70, height: 70, rule: pattern.rule! });
      life.load(pattern);
      const before = cells(life, dx * 40, dy * 40);
      life.step(generations * 40);
      assert.deepEqual(cells(life), before.length ? before : assert.fail('nothing was loaded'));
    });
});
