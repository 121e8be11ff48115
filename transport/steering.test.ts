import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Link } from './link/link.js';
import { memoryLinks } from './link/memory.js';
import { Receiver, type ReceiverOptions } from './receiver.js';
import type { SourceEndOptions } from './session/source-end.js';
import { Source, type SourceOptions } from './source.js';
import { FakeTime, settled } from './testing/time.js';
import { TestWorld } from './testing/world.js';
import { decodeFrame, encodeFrame } from './wire/frame.js';
import type { ControlMessage, ControlReplyMessage } from './wire/messages.js';
import * as session from './wire/session.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

/** A source, what it was told to do, and those who watch it. */
class Stage {
  readonly done: string[] = [];
  readonly source: Source;
  readonly #links: Link[] = [];

  constructor(options: SourceOptions = {}) {
    this.source = new Source(new TestWorld(64, 64), {
      control: 'viewers',
      controllers: 'one',
      oncommand: ({ command }) => void this.done.push(command),
      ...options,
    });
  }

  async watch(options: Partial<ReceiverOptions> = {}, rights: SourceEndOptions = {}): Promise<Receiver> {
    const receiver = new Receiver({
      connect: () => {
        const [near, far] = memoryLinks();
        this.source.attach(far, rights);
        this.#links.push(near);
        // As a socket does: what was said before is heard.
        const close = near.close.bind(near);
        near.close = (...why) => void settled().then(() => close(...why));
        return Promise.resolve(near);
      },
      ...options,
    });
    receiver.start();
    await settled();
    assert.ok(receiver.control);
    return receiver;
  }

  cut(): void {
    for (const link of this.#links.splice(0)) link.close(1001, 'cut by the test');
  }
}

const controller = (action: 'request' | 'release' | 'take') => ({ command: 'controller', action }) as const;
const ask = (receiver: Receiver) => receiver.command(controller('request'));
const play = (receiver: Receiver) => receiver.command({ command: 'play' });

describe('one controller at a time', () => {
  test('everyone knows who it is, and who asks; only it steers, until it gives it up', async () => {
    const stage = new Stage();
    const ada = await stage.watch({ name: 'Ada' });
    const bob = await stage.watch({ name: 'Bob' });
    assert.deepEqual([ada.control!.controllers, ada.control!.controller], ['one', undefined]);
    await ask(ada);
    await ask(bob);
    assert.deepEqual([ada.controlling, ada.asking, bob.controlling, bob.asking], [true, false, false, true]);
    assert.deepEqual(bob.control!.controller, { id: ada.id, name: 'Ada' });
    assert.deepEqual(ada.control!.asking, [{ id: bob.id, name: 'Bob' }]);
    await play(ada);
    await assert.rejects(play(bob), /Ada steers now; ask for it/);
    await ada.command({ command: 'controller', action: 'give', to: bob.id });
    assert.deepEqual([ada.controlling, bob.controlling], [false, true]);
    await play(bob);
    await assert.rejects(play(ada), /Bob steers now/);
    await bob.command(controller('release'));
    assert.equal(ada.control!.controller, undefined);
    assert.deepEqual(stage.done, ['play', 'play']);
  });

  test('keeps it while somebody is there, over a loss of its link, too', async () => {
    const stage = new Stage();
    const ada = await stage.watch();
    const bob = await stage.watch();
    await ask(ada);
    await ask(bob);
    await time.advance(60_000);
    assert.ok(ada.controlling && bob.asking);
    stage.cut();
    await time.advance(2_000);
    await time.advance(60_000);
    assert.ok(ada.controlling && bob.asking);
    ada.present = false;
    await time.advance(15_001);
    assert.ok(bob.controlling && !ada.asking);
    // Back again, it has to ask again.
    ada.present = true;
    await time.advance(60_000);
    assert.ok(bob.controlling && !ada.asking);
  });

  test('leaves it to others when it goes; one that only gave a command keeps it no longer than that lasts', async () => {
    const stage = new Stage();
    const ada = await stage.watch();
    const bob = await stage.watch();
    await ask(ada);
    ada.stop();
    await settled();
    assert.equal(bob.control!.controller, undefined);
    await play(bob);
    assert.ok(bob.controlling);
    await time.advance(15_001);
    assert.ok(!bob.controlling);
  });

  test('is whoever runs the page, if it wants', async () => {
    const stage = new Stage();
    const owner = await stage.watch({ name: 'the host' }, { owner: true });
    const ada = await stage.watch();
    await ask(ada);
    await play(owner);
    assert.ok(ada.controlling);
    await owner.command(controller('take'));
    await assert.rejects(play(ada), /the host steers now/);
    await time.advance(30_000);
    assert.ok(owner.controlling);
  });

  test('is no matter where many may steer, and forgotten when that changes', async () => {
    const stage = new Stage();
    const ada = await stage.watch();
    const bob = await stage.watch();
    await ask(ada);
    stage.source.controllers = 'many';
    await settled();
    assert.equal(bob.control!.controllers, undefined);
    assert.equal(bob.control!.controller, undefined);
    await play(bob);
    await assert.rejects(ask(bob), /nothing to ask for/);
    stage.source.controllers = 'one';
    await settled();
    assert.equal(bob.control!.controller, undefined);
    assert.equal(bob.control!.controllers, 'one');
  });

  test('cannot be asked for by who may not steer', async () => {
    const stage = new Stage({ control: 'none' });
    const ada = await stage.watch();
    await assert.rejects(ask(ada), /watching only/);
    assert.equal(ada.control!.controller, undefined);
  });
});

describe('whom a source takes a command to be from', () => {
  /** Says one command over a link of its own; returns the answer. */
  async function say(source: Source, rights: SourceEndOptions, message: ControlMessage): Promise<ControlReplyMessage> {
    const [near, far] = memoryLinks();
    source.attach(far, rights);
    const replies: ControlReplyMessage[] = [];
    near.onmessage = (bytes) => {
      const frame = decodeFrame(bytes);
      if (frame.type === 'ControlReply') replies.push(session.controlReply.decode(frame.payload));
    };
    near.send(encodeFrame('Control', session.control.encode(message)));
    await settled();
    assert.equal(replies.length, 1);
    return replies[0]!;
  }

  const from = { session: 'abcd.0123456789abcdef', id: 7, name: 'Ada', control: true };

  test('is what its relay says, and no viewer', async () => {
    const stage = new Stage({ control: 'token', token: 'sesame', controllers: 'many' });
    const { source } = stage;
    assert.match((await say(source, {}, { id: 1, command: 'play', from })).reason!, /asks for a token/);
    assert.deepEqual(await say(source, { relay: true }, { id: 1, command: 'play', from }), { id: 1, ok: true });
    const unable = { ...from, id: 8, control: false };
    assert.match(
      (await say(source, { relay: true }, { id: 2, command: 'play', from: unable })).reason!,
      /asks for a token/,
    );
    assert.deepEqual(stage.done, ['play']);
  });

  test('counts by its session, over all links; without one, by the link', async () => {
    const stage = new Stage({ controllers: 'many' });
    const { source } = stage;
    for (const id of [1, 2, 3]) await say(source, { relay: true }, { id, command: 'play', from });
    assert.equal(stage.done.length, 1);
    for (let i = 0; i < 3; i++) await say(source, {}, { id: 1, command: 'pause' });
    assert.equal(stage.done.length, 4);
  });

  test('a relay is not held to what one viewer may send', async () => {
    const stage = new Stage({ controllers: 'many' });
    const [near, far] = memoryLinks();
    stage.source.attach(far, { relay: true });
    let closed = false;
    near.onclose = () => (closed = true);
    for (let id = 1; id <= 1000; id++) {
      const message: ControlMessage = {
        id,
        command: 'play',
        from: { ...from, session: `s${id}aa.0123456789abcdef`, id: 1 },
      };
      near.send(encodeFrame('Control', session.control.encode(message)));
    }
    await settled();
    assert.equal(closed, false);
    assert.equal(stage.done.length, 1000);
  });
});

describe('a source that does not say how it stands', () => {
  test('says that it can be steered, and at which desk', async () => {
    const stage = new Stage({ controllers: 'many' });
    const { control } = await stage.watch();
    assert.equal(control!.control, 'viewers');
    assert.equal(typeof control!.desk, 'number');
    assert.deepEqual([control!.width, control!.height], [64, 64]);
  });
});
