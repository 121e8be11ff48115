import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TileWindow } from '../wire/messages.js';
import { DirtySet } from './dirty.js';

describe('a dirty set', () => {
  test('is a set, and gives its keys up in order, going round, so that none waits for ever', () => {
    const TILES = 130;
    const ACROSS = 13;
    const key = fc.nat(TILES - 1);
    const x = fc.nat(ACROSS - 1);
    const y = fc.nat(TILES / ACROSS - 1);
    const corners = fc.tuple(x, x, y, y).map(([a, b, c, d]) => ({
      ...{ x: Math.min(a, b), y: Math.min(c, d) },
      ...{ width: Math.abs(a - b), height: Math.abs(c - d) + 1 },
    }));
    const action = fc.oneof(
      fc.record({ do: fc.constant('add' as const), keys: fc.array(key, { maxLength: 30 }) }),
      fc.record({ do: fc.constant('delete' as const), key }),
      fc.record({ do: fc.constant('take' as const), n: fc.nat(20) }),
      fc.record({ do: fc.constant('clear' as const) }),
      fc.record({ do: fc.constant('window' as const), window: fc.option(corners) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const set = new DirtySet(TILES, ACROSS);
        const model = new Set<number>();
        let window = null as TileWindow | null;
        let cursor = 0;
        const inside = (key: number): boolean => {
          if (window === null) return true;
          const [x, y] = [key % ACROSS, Math.floor(key / ACROSS)];
          return x >= window.x && x < window.x + window.width && y >= window.y && y < window.y + window.height;
        };
        for (const step of actions) {
          if (step.do === 'add') {
            const again = step.keys.filter((key, i) => inside(key) && (model.has(key) || step.keys.indexOf(key) < i));
            assert.equal(set.addAll(step.keys), again.length);
            for (const key of step.keys) model.add(key);
          } else if (step.do === 'window') {
            const same = JSON.stringify(step.window) === JSON.stringify(window);
            set.window = window = step.window;
            if (!same) cursor = 0;
          } else if (step.do === 'delete') {
            set.delete(step.key);
            model.delete(step.key);
          } else if (step.do === 'clear') {
            set.clear();
            model.clear();
            cursor = 0;
          } else {
            const sorted = [...model].filter(inside).sort((a, b) => a - b);
            const ahead = sorted.filter((key) => key >= cursor);
            const round = ahead.length > 0 ? ahead : sorted;
            const taken: number[] = [];
            let stopped = -1;
            set.take((key) => {
              if (taken.length === step.n) {
                stopped = key;
                return false;
              }
              taken.push(key);
              return true;
            });
            assert.deepEqual(taken, round.slice(0, step.n));
            assert.equal(stopped, round[step.n] ?? -1);
            if (sorted.length > 0) cursor = Math.max(stopped, 0);
            for (const key of taken) model.delete(key);
          }
          assert.equal(set.size, [...model].filter(inside).length);
          for (let key = 0; key < TILES; key++) assert.equal(set.has(key), model.has(key), `key ${key}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('taken a little at a time, every key comes even while the first ones grow dirty again', () => {
    const set = new DirtySet(1000);
    for (let key = 0; key < 1000; key++) set.add(key);
    const seen = new Set<number>();
    for (let round = 0; round < 400 && seen.size < 1000; round++) {
      let n = 0;
      set.take((key) => {
        if (n++ === 5) return false;
        seen.add(key);
        return true;
      });
      for (let key = 0; key < 3; key++) set.add(key);
    }
    assert.equal(seen.size, 1000);
  });
});
