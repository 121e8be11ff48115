import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { memoryLinks } from '../../transport/link/memory.js';
import { Fanout } from '../../transport/session/fanout.js';
import { ReceiverEnd } from '../../transport/session/receiver-end.js';
import { FakeTime, settled } from '../../transport/testing/time.js';
import { Introductions } from './introductions.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

/** A source that takes everybody, and viewers that ask for it, with what they were told. */
class Stage {
  /** Who was introduced to the source, in order. */
  readonly introduced: string[] = [];
  readonly introductions: Introductions;
  readonly #fanout = new Fanout({ channel: 'demo' });

  constructor() {
    const [near, far] = memoryLinks();
    const uplink = new Fanout({ channel: 'demo' });
    const source = new ReceiverEnd(near, { tiles: () => {} });
    this.introductions = new Introductions('demo', () => source);
    this.introductions.host = 'host';
    uplink.onintroduce = ({ peer }) => {
      this.introduced.push(peer);
      this.introductions.answer({ peer });
    };
    uplink.attach(far);
    source.subscribe({});
    this.#fanout.onintroduce = (message, end) => this.introductions.ask(message, end);
  }

  viewer() {
    const [near, far] = memoryLinks();
    const told: (string | undefined)[] = [];
    const end = new ReceiverEnd(near, {
      tiles: () => {},
      introduce: ({ peer, refused }) => void told.push(refused ?? peer),
    });
    const vouched = this.#fanout.attach(far);
    end.subscribe({});
    const ask = async (peer: string) => {
      end.introduce({ peer });
      await settled();
    };
    return { ask, told, leave: () => this.introductions.forget(vouched) };
  }
}

describe('viewers who ask for the source', () => {
  test('and ask again at once are introduced again when it is time, under their newest id', async () => {
    const stage = new Stage();
    const { ask, told } = stage.viewer();
    await ask('a');
    assert.deepEqual(told, ['host']);
    await ask('b');
    await ask('c');
    await time.advance(2900);
    assert.deepEqual(stage.introduced, ['a']);
    await time.advance(200);
    assert.deepEqual(
      [stage.introduced, told],
      [
        ['a', 'c'],
        ['host', 'host'],
      ],
    );
    await ask('d');
    await time.advance(3100);
    assert.deepEqual(stage.introduced, ['a', 'c', 'd']);
  });

  test('do not wait for each other', async () => {
    const stage = new Stage();
    await stage.viewer().ask('a');
    await stage.viewer().ask('b');
    assert.deepEqual(stage.introduced, ['a', 'b']);
  });

  test('are forgotten when they leave, and hear it when the source does', async () => {
    const stage = new Stage();
    const [gone, stays] = [stage.viewer(), stage.viewer()];
    for (const { ask } of [gone, stays]) {
      await ask('first');
      await ask('second');
    }
    gone.leave();
    stage.introductions.sourceGone();
    await time.advance(4000);
    assert.deepEqual(gone.told, ['host']);
    assert.deepEqual(stays.told, ['host', 'the source has gone']);
    assert.deepEqual(stage.introduced, ['first', 'first']);
  });
});
