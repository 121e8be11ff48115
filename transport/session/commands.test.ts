import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FakeTime, settled } from '../testing/time.js';
import type { ControlMessage } from '../wire/messages.js';
import { type CommandEnd, Commands } from './commands.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

/** A link by hand: what is sent over it is kept. */
class End implements CommandEnd {
  open = true;
  readonly link: { kind: string };
  readonly sent: ControlMessage[] = [];

  constructor(
    readonly commands: Commands,
    kind = 'websocket',
  ) {
    this.link = { kind };
  }

  control(message: ControlMessage): void {
    this.sent.push(message);
  }

  /** What was sent since: ids, and what each has to wait for. */
  take(): string[] {
    return this.sent.splice(0).map(({ id, after }) => (after === undefined ? `${id}` : `${id} after ${after}`));
  }

  async answer(id: number, more: { reason?: string; retry?: boolean; lost?: boolean } = {}): Promise<void> {
    this.commands.answered({ id, ok: Object.keys(more).length === 0, ...more }, this);
    await settled();
  }
}

function begin(desk?: number) {
  const commands = new Commands();
  const end = new End(commands);
  commands.follow(end);
  if (desk !== undefined) commands.atDesk(desk);
  const results: string[] = [];
  const give = (n = 1): void => {
    for (let i = 0; i < n; i++) {
      const nr = results.push('?') - 1;
      commands.give({ command: 'play' }).then(
        () => (results[nr] = 'done'),
        (error: Error) => (results[nr] = error.message),
      );
    }
  };
  return { commands, end, results, give };
}

describe('the commands of a receiver', () => {
  test('say who gives them: an id for everyone, and a secret', () => {
    const { commands } = begin();
    assert.match(commands.session, /^[\w-]{4,32}\.[\w-]{16,64}$/);
    assert.ok(commands.session.startsWith(`${commands.id}.`));
    assert.notEqual(new Commands().id, commands.id);
  });

  test('go out in order, each after those that have no answer, and are settled once', async () => {
    const { end, results, give } = begin(7);
    give(3);
    assert.deepEqual(
      end.sent.map(({ desk }) => desk),
      [7, 7, 7],
    );
    assert.deepEqual(end.take(), ['1', '2 after 1', '3 after 2']);
    await end.answer(2);
    await end.answer(1, { reason: 'not now' });
    await end.answer(1);
    await end.answer(77);
    give();
    assert.deepEqual(end.take(), ['4 after 3']);
    assert.deepEqual(results, ['not now', 'done', '?', '?']);
  });

  test('go again, in order, over another link; an answer by the old one counts too', async () => {
    const { commands, end, results, give } = begin(7);
    give(4);
    await end.answer(1);
    end.take();
    const other = new End(commands, 'webrtc');
    commands.follow(other);
    assert.deepEqual(other.take(), ['2', '3 after 2', '4 after 3']);
    await end.answer(2);
    // What could not get through by the old one may have by the new one.
    await end.answer(3, { reason: 'the source is away', retry: true });
    await other.answer(3);
    await other.answer(4, { reason: 'not today' });
    assert.deepEqual(results, ['done', 'done', 'done', 'not today']);
    assert.equal(time.pending, 0);
  });

  test('wait where there is no link, for ten seconds', async () => {
    const { commands, end, results, give } = begin(7);
    give();
    end.open = false;
    commands.follow(null);
    give();
    await time.advance(9_000);
    assert.deepEqual(results, ['?', '?']);
    const next = new End(commands);
    commands.follow(next);
    assert.deepEqual(next.take(), ['1', '2 after 1']);
    await next.answer(1);
    await time.advance(1_001);
    assert.deepEqual(results[0], 'done');
    assert.match(results[1]!, /did not answer in 10 seconds; it may have been carried out/);
    commands.follow(null);
    give();
    await time.advance(10_001);
    assert.equal(results[2], 'not connected to a source');
  });

  test('that did not get through go again, later each time, one ahead of the others', async () => {
    const { commands, end, results, give } = begin(7);
    const away = { reason: 'the source is away', retry: true };
    give(3);
    end.take();
    for (const id of [1, 2, 3]) await end.answer(id, away);
    assert.deepEqual(end.take(), []);
    await time.advance(101);
    assert.deepEqual(end.take(), ['1']);
    await end.answer(1, away);
    await time.advance(150);
    assert.deepEqual(end.take(), []);
    await time.advance(60);
    assert.deepEqual(end.take(), ['1']);
    await end.answer(1, away);
    // The source says that it is there.
    commands.atDesk(7);
    assert.deepEqual(end.take(), ['1']);
    await end.answer(1);
    assert.deepEqual(end.take(), ['2', '3 after 2']);
    await end.answer(2);
    await end.answer(3, away);
    await time.advance(10_001);
    assert.deepEqual(results.slice(0, 2), ['done', 'done']);
    assert.match(results[2]!, /did not answer/);
  });

  test('that never got through end with the reason of that', async () => {
    const { end, results, give } = begin(7);
    give();
    for (let i = 0; i < 40; i++) {
      for (const id of end.sent.splice(0).map((message) => message.id)) {
        await end.answer(id, { reason: 'the source is away', retry: true });
      }
      await time.advance(300);
    }
    assert.deepEqual(results, ['the source is away']);
    assert.equal(time.pending, 0);
  });

  test('that were refused on the way are refused, unless another copy may have got through', async () => {
    const { commands, end, results, give } = begin(7);
    const flood = { reason: 'too many commands', retry: false };
    give();
    await end.answer(1, flood);
    assert.deepEqual(results, ['too many commands']);
    give();
    end.take();
    const other = new End(commands);
    commands.follow(other);
    await other.answer(2, flood);
    assert.equal(results[1], '?');
    other.take();
    await time.advance(101);
    assert.deepEqual(other.take(), ['2']);
    await other.answer(2);
    assert.equal(results[1], 'done');
  });

  test('never go to a source that began anew, and say whether the old one may have carried them out', async () => {
    const { commands, end, results, give } = begin(7);
    give(2);
    await end.answer(1, { reason: 'lost', retry: true, lost: true });
    await end.answer(2, { reason: 'away', retry: true });
    give();
    end.take();
    commands.atDesk(8);
    await settled();
    assert.match(results[0]!, /began anew.*may have been carried out/);
    assert.equal(results[1], 'the source began anew: this was meant for the one before');
    assert.equal(results[2], results[1]);
    assert.deepEqual(end.take(), []);
    give();
    await time.advance(101);
    assert.deepEqual(
      end.sent.map(({ id, desk }) => [id, desk]),
      [[4, 8]],
    );
    await end.answer(4);
    assert.equal(results[3], 'done');
  });

  test('that were on their way to the old source are its affair; the new one says that it left them alone', async () => {
    const { commands, end, results, give } = begin(7);
    give(2);
    commands.atDesk(8);
    assert.deepEqual(results, ['?', '?']);
    await end.answer(1);
    await end.answer(2, { reason: 'the source began anew', retry: true });
    end.take();
    await time.advance(101);
    assert.deepEqual(end.take(), []);
    assert.deepEqual(results, ['done', 'the source began anew: this was meant for the one before']);
  });

  test('are not sent twice where nobody can tell whether the source is the same', async () => {
    const { commands, end, results, give } = begin();
    give(2);
    await end.answer(1, { reason: 'the source is away', retry: true });
    end.take();
    const other = new End(commands);
    commands.follow(other);
    await settled();
    assert.match(results[1]!, /connection was lost before an answer came; it may have been carried out/);
    assert.deepEqual(other.take(), ['1']);
  });

  test('are no flood for a sender that closes the link above 100 messages a second, and none is left behind', async () => {
    const { end, results, give } = begin(7);
    give(256);
    give();
    await settled();
    assert.equal(results[256], 'too many commands wait for an answer');
    assert.equal(end.sent.length, 100);
    let most = 0;
    for (let ms = 0; ms < 4000; ms += 100) {
      const before = end.sent.length;
      await time.advance(100);
      most = Math.max(most, end.sent.length - before);
    }
    assert.ok(most <= 8, `${most} in a tenth of a second`);
    assert.deepEqual(
      end.sent.map(({ id }) => id),
      Array.from({ length: 256 }, (_, i) => i + 1),
    );
    const { commands, end: far, give: give2 } = begin(7);
    give2(300);
    assert.equal(far.sent.length, 100);
    const near = new End(commands, 'memory');
    commands.follow(near);
    assert.equal(near.sent.length, 256);
  });

  test('that had to wait are not refused for coming at once, but go more calmly', async () => {
    const { commands, end, results, give } = begin(7);
    commands.follow(null);
    give(90);
    commands.follow(end);
    assert.equal(end.sent.length, 90);
    const flood = { reason: 'too many commands', retry: false };
    for (let id = 1; id <= 90; id++) await end.answer(id, id <= 60 ? {} : flood);
    end.take();
    await time.advance(101);
    assert.deepEqual(end.take(), ['61']);
    await end.answer(61);
    let sent = 0;
    for (let ms = 0; ms < 4000 && results.includes('?'); ms += 100) {
      await time.advance(100);
      const ids = end.sent.splice(0).map(({ id }) => id);
      sent = Math.max(sent, ids.length);
      for (const id of ids) await end.answer(id);
    }
    assert.ok(sent <= 50, `${sent} in a tenth of a second`);
    assert.deepEqual(new Set(results), new Set(['done']));
    // That is over.
    give(60);
    assert.equal(end.sent.length, 60);
  });

  test('end when the receiver does, with no timer left', async () => {
    const { commands, end, results, give } = begin(7);
    give(2);
    await end.answer(2, { reason: 'the source is away', retry: true });
    commands.giveUp('the receiver was stopped');
    await settled();
    assert.deepEqual(results, ['the receiver was stopped; it may have been carried out', 'the receiver was stopped']);
    assert.equal(time.pending, 0);
  });
});
