import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryLinks } from '../link/memory.js';
import { Source } from '../source.js';
import { TestWorld } from '../testing/world.js';
import { CLOSE } from '../wire/codes.js';
import type { Rights, WelcomeMessage } from '../wire/messages.js';
import { ReceiverEnd } from './receiver-end.js';
import { Tenure } from './tenure.js';

const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A viewer that reached the source directly, for whom a relay vouched. */
function direct(rights: Rights | undefined) {
  let commands = 0;
  const source = new Source(new TestWorld(128, 128), { control: 'viewers', oncommand: () => void commands++ });
  const [near, far] = memoryLinks();
  source.attach(far, rights && { rights });
  const welcomes: WelcomeMessage[] = [];
  let closed: number | undefined;
  const end = new ReceiverEnd(near, {
    tiles: () => {},
    welcome: (message) => welcomes.push(message),
    closed: ({ code }) => {
      closed = code;
    },
  });
  end.subscribe({});
  return { end, welcomes, commands: () => commands, closed: () => closed };
}

describe('rights that a relay vouched for', () => {
  test('end when they end, at the source too', async () => {
    const { welcomes, closed } = direct({ control: true, expires: 60 });
    await tick();
    assert.ok(welcomes[0]!.rights!.expires! <= 60);
    while (closed() === undefined) await tick(5);
    assert.equal(closed(), CLOSE.unauthorized.code);
  });

  test('count before whatever the source grants to viewers', async () => {
    const { end, commands } = direct({ control: false });
    await assert.rejects(end.command({ command: 'pause' }), /does not grant to steer/);
    assert.equal(commands(), 0);
    const may = direct({ control: true });
    await may.end.command({ command: 'pause' });
    assert.equal(may.commands(), 1);
    const anyone = direct(undefined);
    await anyone.end.command({ command: 'pause' });
    assert.equal(anyone.commands(), 1);
    assert.equal(anyone.welcomes[0]!.rights, undefined);
    for (const one of [end, may.end, anyone.end]) one.close();
  });
});

describe('a tenure', () => {
  test('is over once, and not before, and not where other rights came', async () => {
    let over = 0;
    const tenure = new Tenure({ control: false, expires: 30 }, () => over++);
    tenure.rights = { control: true };
    await tick(60);
    assert.equal(over, 0);
    assert.equal(tenure.expires, undefined);
    // More than a timer can wait for.
    tenure.rights = { control: true, expires: 2 ** 40 };
    assert.ok(tenure.expires! > 2 ** 39);
    await tick(20);
    assert.equal(over, 0);
    tenure.rights = { control: true, expires: 0 };
    while (over === 0) await tick(5);
    assert.equal(over, 1);
    tenure.rights = { control: true, expires: 20 };
    tenure.stop();
    await tick(50);
    assert.equal(over, 1);
  });
});
