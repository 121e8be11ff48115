import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLinks } from '../link/memory.js';
import { SignalTable } from '../state/signal-table.js';
import { decompress } from '../wire/deflate.js';
import { decodeFrame } from '../wire/frame.js';
import { decodeSignals } from '../wire/signal-code.js';
import { decodeSignalJson } from '../wire/signals.js';
import { FLAG } from '../wire/types.js';
import { ReceiverEnd } from './receiver-end.js';
import { SelectionsFull, SignalFeed } from './signal-feed.js';

const tableOf = (count: number): SignalTable => {
  const table = new SignalTable(7);
  table.declare(Array.from({ length: count }, (_, i) => ({ name: `signal-${i}`, type: 'number' })));
  for (const [i, name] of table.names().entries()) table.put(name, i * 300, 1);
  table.reached(1);
  return table;
};

for (const coded of [false, true]) {
  test(`many names, and their first values, are deflated and read back; ${coded ? 'in code' : 'as JSON'}`, async () => {
    const table = tableOf(1000);
    const feed = new SignalFeed(table);
    feed.coded = coded;
    for (const select of [undefined, ['signal-999', 'signal-5', 'none']]) {
      const view = feed.view(select);
      const frames = [view.schemaFrame, view.frame(-1, coded)!];
      const many = select === undefined;
      for (const frame of frames) assert.equal((decodeFrame(frame).flags & FLAG.COMPRESSED) !== 0, many);
      const total = frames.reduce((sum, { length }) => sum + length, 0);
      assert.ok(many ? total < 10_000 : total < 1000, `${total} bytes`);

      const held = new SignalTable(7);
      const [near, far] = memoryLinks();
      const done = new Promise<void>((resolve, reject) => {
        new ReceiverEnd(far, {
          tiles: () => reject(new Error('no tiles were sent')),
          schema: ({ schema }) => held.declare(schema!.specs),
          signals: (update, _frame, _raw, end) => {
            held.apply(update);
            end.close();
            resolve();
          },
          bad: reject,
        });
      });
      near.onmessage = () => {};
      for (const frame of frames) near.send(frame);
      await done;
      const names = many ? table.names() : ['signal-5', 'signal-999'];
      assert.deepEqual(held.names(), names);
      for (const name of names) assert.equal(held.get(name), table.get(name));
    }
  });
}

for (const coded of [false, true]) {
  test(`who selects few or many gets what changed of those since any version; ${coded ? 'in code' : 'as JSON'}`, () => {
    const table = tableOf(1000);
    const names = table.names();
    const feed = new SignalFeed(table);
    feed.coded = coded;
    for (let version = 2; version < 30; version++) {
      for (let i = 0; i < 10; i++) table.put(names[(version * 37 + i * 101) % 1000]!, version + i / 10, version);
      table.reached(version);
    }
    for (const select of [names.filter((_, i) => i % 50 === 0), names.filter((_, i) => i % 3 > 0)]) {
      const view = feed.view(select);
      const specs = select.map((name) => ({ name, type: 'number' as const }));
      for (const base of [-1, 1, 20, 27, 28, 29]) {
        const changed = select.filter((name) => table.stamp(name) > base);
        const frame = view.frame(base, coded);
        if (changed.length === 0) {
          assert.equal(frame, null);
          continue;
        }
        const { payload, flags, type } = decodeFrame(frame!);
        const bytes = (flags & FLAG.COMPRESSED) !== 0 ? decompress(payload, 1e6) : payload;
        const full = type === 'SignalSync';
        const update = coded ? decodeSignals(bytes, full, specs) : decodeSignalJson(bytes, full, () => true);
        assert.equal(full, base < 0);
        // Differences are to what was held before the last write.
        const read = update.values((name) => table.entry(name)!.before);
        assert.deepEqual(
          read,
          changed.map((name) => [name, table.get(name)]),
        );
      }
      feed.release(view);
    }
  });
}

test('equal selections share a view, whatever their order; one more than there is room for is refused, until another is given back', () => {
  const feed = new SignalFeed(tableOf(10), 8000);
  const select = ['signal-1', 'signal-2', 'signal-3'];
  const view = feed.view(select);
  assert.equal(feed.view([...select].reverse().concat('signal-1')), view);
  assert.equal(view.users, 2);
  const others = ['4', '5'].map((n) => feed.view([`signal-${n}`]));
  assert.throws(() => feed.view(['signal-6']), SelectionsFull);
  assert.equal(feed.view(['signal-3', 'signal-1', 'signal-2']), view);
  assert.equal(feed.view(undefined).select, undefined);
  feed.release(others[0]!);
  others[0] = feed.view(['signal-6']);
  assert.throws(() => feed.view(['signal-7']), SelectionsFull);
  for (const one of [view, view, view, ...others]) feed.release(one);
  assert.equal(feed.bytes, 0);
});

test('frames are kept as long as there is room for them, and are the same where there is none', () => {
  const table = tableOf(200);
  const select = (i: number) => table.names().slice(i, i + 100);
  const [narrow, wide] = [40_000, 1e9].map((room) => new SignalFeed(table, room)) as [SignalFeed, SignalFeed];
  const views = [0, 1, 2].map((i) => [narrow.view(select(i)), wide.view(select(i))] as const);
  for (let version = 2; version < 30; version++) {
    for (const [i, name] of table.names().entries()) table.put(name, i * version, version);
    table.reached(version);
    for (const [few, all] of views) {
      assert.deepEqual(few.schemaFrame, all.schemaFrame);
      for (let base = -1; base < version; base++) assert.deepEqual(few.frame(base, false), all.frame(base, false));
      assert.ok(few.bytes <= all.bytes);
    }
    // Names have to be announced, and are counted once they are.
    const announced = views.reduce((sum, [few]) => sum + few.schemaFrame.length, 0);
    assert.ok(narrow.bytes <= 40_000 + announced, `${narrow.bytes}`);
    assert.equal(
      wide.bytes,
      views.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    );
  }
  assert.ok(wide.bytes > 60_000, `${wide.bytes}`);
  for (const [few, all] of views) {
    narrow.release(few);
    wide.release(all);
  }
  assert.deepEqual([narrow.bytes, wide.bytes], [0, 0]);
});
