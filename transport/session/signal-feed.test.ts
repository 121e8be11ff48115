import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLinks } from '../link/memory.js';
import { SignalTable } from '../state/signal-table.js';
import { decodeFrame } from '../wire/frame.js';
import { FLAG } from '../wire/types.js';
import { ReceiverEnd } from './receiver-end.js';
import { SignalFeed } from './signal-feed.js';

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
