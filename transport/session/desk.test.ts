import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FakeTime, settled } from '../testing/time.js';
import { CommandRefused } from './command-refused.js';
import { Desk } from './desk.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const granted = () => {};

/** A desk, and what was carried out at it. */
class Stage {
  readonly desk = new Desk();
  readonly done: string[] = [];

  take(id: number, more: { after?: number; desk?: number; session?: string; run?: () => unknown } = {}): Promise<void> {
    const { session = 'ada.secret', run, ...numbered } = more;
    return this.desk.take(session, { id, ...numbered }, granted, () => {
      this.done.push(`${session.split('.')[0]} ${id}`);
      return run?.();
    });
  }
}

const again = (retry: boolean | undefined) => (error: Error) =>
  error instanceof CommandRefused ? error.retry === retry : retry === undefined;

describe('the desk', () => {
  test('lends the right to steer to no command that it does not carry out, and remembers none that is not lent it', async () => {
    const { desk, done } = new Stage();
    const lent: string[] = [];
    const take = (session: string, id: number, after?: number) =>
      desk.take(
        session,
        { id, ...(after !== undefined && { after }) },
        granted,
        () => void done.push(`${session} ${id}`),
        () => {
          if (session === 'bob') throw new Error('ada steers now');
          lent.push(`${session} ${id}`);
        },
      );
    await take('ada', 2);
    await assert.rejects(take('ada', 1), /too late/);
    await assert.rejects(take('ada', 4, 3), /has not come yet/);
    await take('ada', 2);
    assert.deepEqual(lent, ['ada 2']);
    await assert.rejects(take('bob', 1), /ada steers now/);
    assert.equal(desk.sessions, 1);
    // Nor where there is no room for another session.
    for (let i = 0; i < 1023; i++) await take(`eve${i}`, 1);
    lent.length = 0;
    await assert.rejects(take('late', 1), /too many steer at once/);
    assert.deepEqual(lent, []);
  });

  test('gives every copy of a command the same answer, and carries it out once', async () => {
    const stage = new Stage();
    let finish = () => {};
    const run = () => new Promise<void>((resolve) => (finish = resolve));
    const answers: string[] = [];
    for (let i = 0; i < 3; i++) void stage.take(1, { run }).then(() => answers.push(`copy ${i}`));
    await settled();
    assert.deepEqual(answers, []);
    finish();
    await settled();
    assert.deepEqual(answers, ['copy 0', 'copy 1', 'copy 2']);
    await stage.take(1);
    const fail = () => {
      throw new Error('not today');
    };
    await assert.rejects(stage.take(2, { run: fail }), /not today/);
    await assert.rejects(stage.take(2), /not today/);
    assert.deepEqual(stage.done, ['ada 1', 'ada 2']);
  });

  test('begins with a command before the next one is looked at', () => {
    const stage = new Stage();
    for (let id = 1; id <= 5; id++) void stage.take(id);
    assert.deepEqual(stage.done, ['ada 1', 'ada 2', 'ada 3', 'ada 4', 'ada 5']);
  });

  test('does not know two sessions for one, even of the same name', async () => {
    const stage = new Stage();
    await stage.take(1);
    await stage.take(1, { session: 'ada.another-secret' });
    await stage.take(1, { session: 'bob.secret' });
    assert.deepEqual(stage.done, ['ada 1', 'ada 1', 'bob 1']);
  });

  test('lets a command wait for the one before it, and none overtake another', async () => {
    const stage = new Stage();
    await stage.take(1);
    await assert.rejects(stage.take(3, { after: 2 }), again(true));
    await stage.take(2, { after: 1 });
    await stage.take(3, { after: 2 });
    // Five was given up by whoever gave it, so six need not wait; should it come yet, it is too late.
    await stage.take(6);
    await assert.rejects(stage.take(5, { after: 3 }), again(undefined));
    assert.deepEqual(stage.done, ['ada 1', 'ada 2', 'ada 3', 'ada 6']);
  });

  test('leaves alone what was meant for another desk', async () => {
    const [old, young] = [new Stage(), new Stage()];
    assert.notEqual(old.desk.number, young.desk.number);
    const desk = old.desk.number;
    await old.take(1, { desk });
    await assert.rejects(young.take(1, { desk }), again(true));
    await young.take(2);
    assert.deepEqual([old.done, young.done], [['ada 1'], ['ada 2']]);
  });

  test('remembers nothing of what is not granted, but what was carried out before counts', async () => {
    const { desk } = new Stage();
    const refuse = () => {
      throw new Error('watching only');
    };
    for (let i = 0; i < 5; i++) await assert.rejects(desk.take(`${i}.x`, { id: 1 }, refuse, granted), /watching only/);
    assert.equal(desk.sessions, 0);
    await desk.take('ada.x', { id: 1 }, granted, granted);
    await desk.take('ada.x', { id: 1 }, refuse, granted);
    await assert.rejects(desk.take('ada.x', { id: 2 }, refuse, granted), /watching only/);
    await desk.take('ada.x', { id: 2 }, granted, granted);
  });

  test('is bounded: in outcomes, in commands that wait, in sessions; and refuses rather than forget too soon', async () => {
    const stage = new Stage();
    for (let id = 1; id <= 1000; id++) await stage.take(id);
    await stage.take(1000 - 255);
    await assert.rejects(stage.take(1), /too late/);
    assert.equal(stage.done.length, 1000);

    const never = () => new Promise<void>(() => {});
    for (let id = 1; id <= 256; id++) void stage.take(id, { session: 'slow.x', run: never });
    await assert.rejects(stage.take(257, { session: 'slow.x' }), again(true));

    for (let i = 0; stage.desk.sessions < 1024; i++) await stage.take(1, { session: `${i}.x` });
    await assert.rejects(stage.take(1, { session: 'late.x' }), again(true));
    await time.advance(61_000);
    await stage.take(1, { session: 'late.x' });
    assert.equal(stage.desk.sessions, 1024);
    // It is not the one that still waits for its answer that had to go.
    await assert.rejects(stage.take(257, { session: 'slow.x' }), again(true));
  });
});
