/** A source that floods whoever receives it, or does not read what it is sent. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Link, LinkClose } from '../link/link.js';
import { Network } from '../testing/network.js';
import { FakeTime, settled } from '../testing/time.js';
import { seeded } from '../testing/world.js';
import { decodeFrame, encodeFrame } from '../wire/frame.js';
import type { ControlStateMessage } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { schema } from '../wire/signals.js';
import { CommandRefused } from './command-refused.js';
import { ReceiverEnd } from './receiver-end.js';
import type { SourceAllowances } from './source-allowance.js';

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

const HIGH_WATER = 64 * 1024;

/** A source by hand, and a relay's end that does not trust it. */
class Stage {
  readonly network = new Network(seeded(1), HIGH_WATER);
  readonly end: ReceiverEnd;
  readonly link: Link;
  readonly source: Link;
  /** What the relay took notice of, in its order. */
  readonly heard: string[] = [];
  schemas = 0;
  #closed: LinkClose | null = null;

  constructor(allowances: SourceAllowances = {}) {
    const [near, far] = this.network.pair('websocket');
    this.link = near;
    this.source = far;
    this.end = new ReceiverEnd(
      near,
      {
        tiles: () => {},
        publish: ({ attempt }) => void this.heard.push(`publish ${attempt}`),
        status: ({ reason }) => void this.heard.push(`status ${reason}`),
        controlState: ({ speed }) => void this.heard.push(`speed ${speed}`),
        schema: () => void this.schemas++,
        closed: (event) => {
          this.#closed = event;
        },
      },
      undefined,
      undefined,
      allowances,
    );
  }

  /** How its link ended. */
  get closed(): LinkClose | null {
    return this.#closed;
  }

  get open(): boolean {
    return this.#closed === null;
  }

  say(...frames: Uint8Array[]): void {
    for (const frame of frames) this.source.send(frame);
    while (this.network.deliver(100) > 0);
  }
}

const status = (reason: string) => encodeFrame('Status', session.status.encode({ state: 'live', reason }));
const publish = (attempt: number) =>
  encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-a-flooder', attempt }));
const SHOWN = {
  control: 'viewers',
  paused: false,
  rule: '',
  neighborhood: 'moore',
  wrap: 'torus',
  pattern: '',
} as const;
const controlState = (speed: number) =>
  encodeFrame(
    'ControlState',
    session.controlState.encode({ ...SHOWN, speed, width: 1, height: 1 } satisfies ControlStateMessage),
  );
const ping = encodeFrame('Ping', session.encodePing({ echo: false, time: 1, upstream: 0 }));
const announce = (epoch: number) => encodeFrame('SchemaAnnounce', schema.encode({ epoch, signals: [['a', 'number']] }));
const times = (n: number, frame: Uint8Array) => Array.from({ length: n }, () => frame);

describe('a source', () => {
  test('that says how it stands again and again is read now and then, and the last of it always', async () => {
    const stage = new Stage();
    stage.say(...Array.from({ length: 1000 }, (_, i) => status(`${i}`)));
    assert.deepEqual(stage.heard, ['status 0']);
    await time.advance(1000);
    assert.deepEqual(stage.heard, ['status 0', 'status 999']);
    assert.ok(stage.open);
  });

  test('that asks for its channel again and again is heard five times a second', async () => {
    const stage = new Stage();
    for (let i = 0; i < 50; i++) {
      stage.say(publish(i));
      await time.advance(20);
    }
    await time.advance(1000);
    assert.ok(stage.heard.length <= 7, stage.heard.join(', '));
    assert.equal(stage.heard.at(-1), 'publish 49');
  });

  test('tells how it stands before it answers the command that changed it', async () => {
    const stage = new Stage();
    const answered = stage.end.command({ command: 'speed', value: 2 }).then(() => stage.heard.push('answered'));
    const reply = encodeFrame('ControlReply', session.controlReply.encode({ id: 1, ok: true }));
    stage.say(controlState(1), controlState(2), reply);
    await answered;
    assert.deepEqual(stage.heard, ['speed 1', 'speed 2', 'answered']);
  });

  test('that says the same names of signals again is heard, and not read again', async () => {
    const stage = new Stage();
    stage.say(...times(80, announce(1)));
    assert.equal(stage.schemas, 80);
    assert.ok(stage.open);
    stage.say(...Array.from({ length: 80 }, (_, i) => announce(i)));
    assert.equal(stage.closed?.code, 4429);
    assert.match(stage.closed!.reason, /changes of what signals there are/);
  });

  for (const [what, allowances, frame] of [
    ['messages', { messagesPerSecond: 10 }, ping],
    ['frames', { framesPerSecond: 10 }, status('')],
    ['bytes', { bytesPerSecond: 1000 }, status('.'.repeat(300))],
  ] as const) {
    test(`that sends more ${what} than it may is let go`, async () => {
      const stage = new Stage(allowances);
      stage.say(frame, frame);
      await time.advance(1000);
      assert.ok(stage.open);
      stage.say(...times(40, frame));
      assert.equal(stage.closed?.code, 4429);
      assert.match(stage.closed!.reason, new RegExp(`more than \\d+ ${what} a second`));
    });
  }

  test('that does not read its echoes is let go before they are many', () => {
    const stage = new Stage({ messagesPerSecond: 1e6 });
    // What the relay says is never delivered.
    for (let i = 0; i < 100_000 && stage.open; i++) stage.link.onmessage!(ping);
    assert.equal(stage.closed?.code, 4408);
    assert.ok(stage.link.buffered < HIGH_WATER + 2 ** 20 + 1000, `${stage.link.buffered}`);
  });

  test('that does not read is given no more commands than its link takes; those after are refused, for now', async () => {
    const stage = new Stage();
    const command = { command: 'pattern', name: 'p', text: 'x'.repeat(10_000) } as const;
    const outcomes: Error[] = [];
    for (let i = 0; i < 100; i++) void stage.end.command(command).catch((error: Error) => outcomes.push(error));
    await settled();
    assert.ok(stage.link.buffered < HIGH_WATER + 11_000, `${stage.link.buffered}`);
    assert.ok(stage.open);
    assert.ok(outcomes.length > 90);
    for (const error of outcomes) {
      assert.ok(error instanceof CommandRefused && error.retry === true && !error.lost);
      assert.match(error.message, /does not read/);
    }
    // It reads again: there is room.
    stage.source.onmessage = (message) => {
      const { type, payload } = decodeFrame(message);
      if (type !== 'Control') return;
      const { id } = session.control.decode(payload);
      stage.source.send(encodeFrame('ControlReply', session.controlReply.encode({ id, ok: true })));
    };
    stage.say();
    const last = stage.end.command(command);
    stage.say();
    await last;
  });

  test('that answers none of its commands is given no more than some megabytes of them', async () => {
    const stage = new Stage();
    const command = { command: 'pattern', name: 'p', text: 'x'.repeat(60_000) } as const;
    const outcomes: Error[] = [];
    for (let i = 0; i < 300; i++) {
      void stage.end.command(command).catch((error: Error) => outcomes.push(error));
      stage.say();
    }
    await settled();
    assert.ok(outcomes.length > 100 && outcomes.length < 200, `${outcomes.length}`);
    assert.match(outcomes[0]!.message, /too many commands/);
  });
});
