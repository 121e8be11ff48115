import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeTime } from '../testing/time.js';
import { LEASE_MS, Lease, type Party } from './lease.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const party = (id: string, more: Partial<Party> = {}): Party => ({
  session: `${id}.secret-of-${id}`,
  name: id,
  ...more,
});
const [ada, bob, eve] = ['ada0', 'bob0', 'eve0'].map((id) => party(id)) as [Party, Party, Party];
const host = party('host', { owner: true });

/** A lease, and whom it names. */
class Stage {
  changes = 0;
  readonly lease = new Lease(() => this.changes++);

  get who(): string {
    const { controller, asking = [] } = this.lease.shown;
    return [controller?.id ?? '-', ...asking.map(({ id }) => id)].join(' ');
  }
}

describe('the right to steer', () => {
  test('goes to who asks first; the others wait in their order, and have it when it is given up', () => {
    const stage = new Stage();
    const { lease } = stage;
    assert.equal(stage.who, '-');
    for (const one of [ada, bob, eve, bob]) lease.request(one);
    assert.equal(stage.who, 'ada0 bob0 eve0');
    assert.throws(() => lease.steer(bob), /ada0 steers now; ask for it/);
    assert.throws(() => lease.take(bob), /ada0 steers now/);
    lease.release(ada);
    assert.equal(stage.who, 'bob0 eve0');
    lease.release(eve);
    lease.release(ada);
    assert.equal(stage.who, 'bob0');
    lease.release(bob);
    assert.equal(stage.who, '-');
  });

  test('is lent by a command, where nobody has it', () => {
    const stage = new Stage();
    stage.lease.steer(ada);
    assert.equal(stage.who, 'ada0');
    assert.throws(() => stage.lease.steer(party('anon', { name: undefined })), /ada0 steers now/);
    const nameless = new Lease(() => {});
    nameless.steer({ session: 'abcdef.secret' });
    assert.throws(() => nameless.steer(ada), /viewer abcd steers now/);
  });

  test('ends by itself, unless something is heard of its holder; a wish for it likewise', async () => {
    const stage = new Stage();
    const { lease } = stage;
    lease.request(ada);
    lease.request(bob);
    lease.request(eve);
    for (let i = 0; i < 4; i++) {
      await time.advance(LEASE_MS - 1000);
      lease.steer(ada);
      lease.request(eve);
    }
    assert.equal(stage.who, 'ada0 eve0');
    await time.advance(LEASE_MS - 1);
    lease.request(eve);
    assert.equal(stage.who, 'ada0 eve0');
    const { changes } = stage;
    await time.advance(1);
    assert.equal(stage.who, 'eve0');
    await time.advance(LEASE_MS);
    assert.equal(stage.who, '-');
    assert.equal(stage.changes, changes + 2);
    assert.equal(time.pending, 0);
  });

  test('is handed to one who asks, by its holder or the owner', () => {
    const stage = new Stage();
    const { lease } = stage;
    for (const one of [ada, bob, eve]) lease.request(one);
    assert.throws(() => lease.give(bob, 'eve0'), /only who steers/);
    assert.throws(() => lease.give(ada, 'nobody'), /nobody of that id asks/);
    lease.give(ada, 'eve0');
    assert.equal(stage.who, 'eve0 bob0');
    lease.give(host, 'bob0');
    assert.equal(stage.who, 'bob0');
  });

  test('is the owner’s to take; it steers without it, too', () => {
    const stage = new Stage();
    stage.lease.steer(host);
    assert.equal(stage.who, '-');
    stage.lease.request(ada);
    stage.lease.request(bob);
    stage.lease.steer(host);
    assert.equal(stage.who, 'ada0 bob0');
    stage.lease.take(host);
    assert.equal(stage.who, 'host bob0');
    assert.throws(() => stage.lease.steer(ada), /host steers now/);
    stage.lease.release(host);
    assert.equal(stage.who, 'bob0');
  });

  test('does not go to one that only has the id of another', () => {
    const stage = new Stage();
    const thief: Party = { session: 'bob0.another-secret' };
    stage.lease.request(ada);
    stage.lease.request(bob);
    assert.throws(() => stage.lease.request(thief), /same id/);
    stage.lease.give(ada, 'bob0');
    assert.throws(() => stage.lease.steer(thief), /steers now/);
    assert.throws(() => stage.lease.take(thief), /same id/);
    stage.lease.release(thief);
    assert.equal(stage.who, 'bob0');
  });

  test('is asked for by so many and no more', () => {
    const { lease } = new Stage();
    for (let i = 0; i <= 64; i++) lease.request(party(`party-${i}`));
    assert.throws(() => lease.request(party('late')), /too many ask/);
    assert.equal(lease.shown.asking!.length, 64);
    lease.clear();
    assert.deepEqual(lease.shown, {});
    assert.equal(time.pending, 0);
  });

  test('is never lent to two, never kept by one who is silent, and goes to who asked first, whatever happens', async () => {
    const parties = [ada, bob, eve, host];
    const who = fc.integer({ min: 0, max: 3 });
    const action = fc.record({
      do: fc.constantFrom('steer', 'request', 'request', 'release', 'give', 'take', 'wait', 'wait'),
      who,
      to: who,
      ms: fc.integer({ min: 1, max: 20_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const { lease } = new Stage();
        // The same in the simplest of ways: when each was heard, and in which order they asked.
        const heard = new Map<Party, number>();
        let holder: Party | null = null;
        let queue: Party[] = [];
        const dead = (one: Party, now: number) => now - heard.get(one)! >= LEASE_MS;
        const expire = (now: number) => {
          for (;;) {
            const ends = [...queue, ...(holder ? [holder] : [])].map((one) => heard.get(one)! + LEASE_MS);
            const next = Math.min(...ends);
            if (next > now) return;
            queue = queue.filter((one) => !dead(one, next));
            if (holder && dead(holder, next)) pass(next);
          }
        };
        const pass = (now: number) => {
          holder = queue.shift() ?? null;
          if (holder) heard.set(holder, now);
        };
        const have = (one: Party) => {
          queue = queue.filter((other) => other !== one);
          holder = one;
          heard.set(one, time.now);
        };
        for (const { do: what, who, to, ms } of actions) {
          const one = parties[who]!;
          const other = parties[to]!;
          let refused = false;
          let expected = false;
          if (what === 'wait') {
            await time.advance(ms);
            expire(time.now);
          }
          try {
            if (what === 'steer') lease.steer(one);
            if (what === 'request') lease.request(one);
            if (what === 'release') lease.release(one);
            if (what === 'take') lease.take(one);
            if (what === 'give') lease.give(one, other.session.split('.')[0]!);
          } catch {
            refused = true;
          }
          const mine: boolean = holder === one;
          const free: boolean = holder === null;
          if (what === 'steer') {
            if (mine || (free && !one.owner)) have(one);
            else expected = !one.owner;
          } else if (what === 'request') {
            if (mine || free) have(one);
            else {
              heard.set(one, time.now);
              if (!queue.includes(one)) queue.push(one);
            }
          } else if (what === 'release') {
            queue = queue.filter((waiting) => waiting !== one);
            if (mine) pass(time.now);
          } else if (what === 'take') {
            if (mine || free || one.owner) have(one);
            else expected = true;
          } else if (what === 'give') {
            expected = !(mine || one.owner) || !queue.includes(other);
            if (!expected) have(other);
          }
          assert.equal(refused, expected, `${what} by ${one.name}`);
          const { controller, asking = [] } = lease.shown;
          assert.equal(controller?.name, (holder as Party | null)?.name);
          assert.deepEqual(
            asking.map(({ name }) => name),
            queue.map(({ name }) => name),
          );
        }
        await time.advance(4 * LEASE_MS + 1);
        assert.deepEqual(lease.shown, {});
        assert.equal(time.pending, 0);
      }),
      { numRuns: 500 },
    );
  });
});
