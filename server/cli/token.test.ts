import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { openKeys } from '../auth/keys.js';
import { Verifier } from '../auth/verify.js';
import { makeFolder } from '../testing/folder.js';
import { run } from '../testing/run.js';
import { SECRET } from '../testing/tokens.js';
import { parseTokenFlags } from './token-flags.js';

const env = { MPL_SECRET: SECRET };
const refuses = (argv: string[], why: RegExp, where: Record<string, string> = env): void =>
  assert.throws(() => parseTokenFlags(argv, where), why);

describe('mpl token', () => {
  test('prints a token that a relay with that secret takes, and nothing else', async () => {
    const args = ['--channel', 'demo*', '--can', 'subscribe,control', '--expires', '2h', '--view', '0,64,128,64'];
    const { done, text } = run(['token', ...args, '--max-bps', '5000', '--subject', 'ada'], env);
    assert.equal(await done, 0);
    assert.equal(text.err, '');
    assert.match(text.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const grant = await new Verifier(openKeys([{ secret: SECRET }]), { skew: 0 }).verify(text.out.trim());
    assert.deepEqual(grant.channels, ['demo*']);
    assert.deepEqual(grant.can, ['subscribe', 'control']);
    assert.deepEqual(grant.view, { x: 0, y: 64, width: 128, height: 64 });
    assert.equal(grant.maxBps, 5000);
    assert.equal(grant.subject, 'ada');
    assert.ok(Math.abs(grant.expires! - Date.now() - 7_200_000) < 60_000);
  });

  test('signs with a key of a file, and never beyond its scope', async () => {
    const keys = [
      { id: 'a', secret: `a ${SECRET}`, scope: { can: ['subscribe'] } },
      { id: 'b', secret: `b ${SECRET}` },
    ];
    const folder = makeFolder({ 'keys.json': JSON.stringify(keys) });
    const file = ['--key-file', join(folder.path, 'keys.json')];
    const made = run(['token', '--channel', 'x', '--can', 'publish', '--expires', 'never', '--key-id', 'b', ...file]);
    assert.equal(await made.done, 0, made.text.err);
    assert.equal(decodeProtectedHeader(made.text.out.trim()).kid, 'b');
    assert.equal(decodeJwt(made.text.out.trim()).exp, undefined);
    const beyond = run(['token', '--channel', 'x', '--can', 'publish', ...file]);
    assert.equal(await beyond.done, 2);
    assert.match(beyond.text.err, /^mpl: can: more than the key may give/);
    assert.equal(beyond.text.out, '');
    folder.remove();
  });

  test('makes secrets', async () => {
    const { done, text } = run(['token', '--new-secret']);
    assert.equal(await done, 0);
    assert.match(text.out, /^[\w-]{43}\n$/);
  });

  test('names what cannot be, and repeats no secret', () => {
    refuses([], /--channel/);
    refuses(['--channel', 'demo'], /--secret: which secret/, {});
    refuses(['--channel', 'demo', '--secret', ''], /--secret: is empty/);
    refuses(
      ['--channel', 'demo', '--secret', 'guessable'],
      /^OptionError: --secret: a secret for tokens has 32(?!.*guessable)/,
    );
    refuses(['--channel', 'demo', '--key-file', '/no/such'], /--key-file: the keys in "\/no\/such" cannot be read/, {});
    for (const time of ['1', '1y', 'h', '0s', '-1h']) refuses(['--channel', 'demo', `--expires=${time}`], /--expires/);
    for (const view of ['1,2,3', '1,2,0,4', 'a,b,c,d']) refuses(['--channel', 'demo', '--view', view], /--view/);
    refuses(['--channel', 'demo', '--max-bps', '0'], /--max-bps/);
    refuses(['--channel', 'my demo'], /--channel: .*1 to 64 .* \*, got "my demo"/);
    refuses(['--channel', 'demo', '--can', 'watch'], /--can: expected publish, subscribe or control.*got "watch"/);
    assert.deepEqual(parseTokenFlags(['--channel', 'a, b*', '--can', 'publish, subscribe'], env)?.options, {
      channels: ['a', 'b*'],
      can: ['publish', 'subscribe'],
      expiresIn: 3600,
    });
    refuses(['--channel', 'demo', '--key-id', 'x'], /--key-id: names a key of a file, and there is none/);
    refuses(['--new-secret', '--channel', 'demo'], /--new-secret: .*not with --channel/);
    const folder = makeFolder({
      'keys.json': JSON.stringify([{ id: 'a', secret: SECRET }]),
      'public.json': '[{"jwks":"set.json"}]',
      'set.json': '{"keys":[]}',
    });
    const file = (name: string) => ['--key-file', join(folder.path, name)];
    refuses(['--channel', 'demo', '--key-id', 'x', ...file('keys.json')], /--key-id: .* name "x" .*: .* are a$/, {});
    refuses(['--channel', 'demo', ...file('public.json')], /--key-file: .*public keys sign nothing/, {});
    folder.remove();
    refuses(['--channel', 'demo', 'more'], /more: not expected/);
  });
});
