import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CLOSE } from '../../transport/wire/codes.js';
import { makeFolder } from '../testing/folder.js';
import { forge, keyPair, SECRET } from '../testing/tokens.js';
import { openKeys, type TokenKey } from './keys.js';
import { mintToken } from './mint.js';
import { MAX_TOKEN, Verifier, type VerifierOptions } from './verify.js';

const WATCH = { channels: ['demo*'], can: ['subscribe'] };
const HS = { alg: 'HS256' };
const seconds = (ms: number): number => Math.floor(ms / 1000);

const verifier = (keys: TokenKey[] = [{ secret: SECRET }], options: Partial<VerifierOptions> = {}) =>
  new Verifier(openKeys(keys), { skew: 0, ...options });

/** Why it is refused, and that the reason says nothing of what was shown. */
async function refusal(by: Verifier, token: string): Promise<string> {
  const error = await by.verify(token).then(
    () => assert.fail('it was taken'),
    (reason: Error & { code: number }) => reason,
  );
  assert.equal(error.code, CLOSE.unauthorized.code, error.message);
  for (const part of token.split('.')) assert.ok(part.length < 8 || !error.message.includes(part), error.message);
  assert.ok(error.message.length <= 200, error.message);
  return error.message;
}

describe('a token', () => {
  test('that was minted is taken, with all that it says', async () => {
    const view = { x: 64, y: 0, width: 128, height: 256 };
    const options = { channels: ['demo', 'a*'], can: ['subscribe', 'control'] as const, view, maxBps: 1e5 };
    const token = await mintToken({ ...options, subject: 'ada', expiresIn: 60 }, { secret: SECRET });
    const { expires, holder: _, ...grant } = await verifier().verify(token);
    assert.deepEqual(grant, { ...options, can: [...options.can], subject: 'ada' });
    assert.ok(Math.abs(expires! - Date.now() - 60_000) < 30_000);
  });

  test('without a signature, or with that of another, is refused', async () => {
    const token = await mintToken({ channels: ['demo'], can: ['publish'] }, { secret: `another ${SECRET}` });
    assert.match(await refusal(verifier(), token), /not signed by a key of this relay/);
    assert.match(await refusal(verifier(), forge({ alg: 'none' }, WATCH, null)), /names no key or algorithm/);
    assert.match(await refusal(verifier(), forge({ alg: 'None' }, WATCH, null)), /names no key or algorithm/);
    assert.match(await refusal(verifier(), forge(HS, WATCH, null)), /not a token|not signed/);
    for (const text of ['', 'x', '..', 'a.b.c', '{}', `${forge(HS, WATCH, SECRET)}.x`, forge({}, WATCH, SECRET)]) {
      assert.match(await refusal(verifier(), text), /not a token/);
    }
    assert.match(await refusal(verifier(), forge({ ...HS, crit: ['x'], x: 1 }, WATCH, SECRET)), /not a token/);
    const [head, , sign] = forge(HS, WATCH, SECRET).split('.');
    const other = forge(HS, { ...WATCH, can: ['publish'] }, SECRET).split('.')[1];
    assert.match(await refusal(verifier(), `${head}.${other}.${sign}`), /not signed/);
  });

  test('signed with a public key as if it were a secret is refused', async () => {
    const pair = await keyPair('one', 'RS256');
    const only = verifier([{ jwks: { keys: [pair.jwk] } }]);
    const both = verifier([{ secret: SECRET }, { jwks: { keys: [pair.jwk] } }]);
    assert.deepEqual((await only.verify(await pair.sign(WATCH))).channels, ['demo*']);
    for (const secret of [pair.pem, pair.pem.trim(), JSON.stringify(pair.jwk), pair.jwk.n!]) {
      for (const alg of ['HS256', 'HS384', 'HS512', 'RS256']) {
        const text = forge({ alg, kid: 'one' }, WATCH, secret);
        assert.match(await refusal(only, text), /names no key or algorithm|not signed/);
        assert.match(await refusal(both, text), /names no key or algorithm|not signed/);
      }
    }
    // Nor may the token bring its key along.
    const brought = await keyPair('one', 'RS256');
    const text = await brought.sign(WATCH, { kid: 'one', jwk: brought.jwk });
    assert.match(await refusal(only, text), /not signed/);
  });

  test('counts from its beginning to its end, give or take what clocks may differ', async () => {
    let now = 1_800_000_000_000;
    const exact = verifier(undefined, { now: () => now });
    const lenient = verifier(undefined, { now: () => now, skew: 5000 });
    const text = forge(HS, { ...WATCH, nbf: seconds(now) + 10, exp: seconds(now) + 60 }, SECRET);
    assert.match(await refusal(exact, text), /not valid yet/);
    now += 5_000;
    assert.match(await refusal(exact, text), /not valid yet/);
    const { expires } = await lenient.verify(text);
    assert.equal(lenient.until({ ...WATCH, can: [], expires: expires! }), 1_800_000_065_000);
    now += 5_000;
    await exact.verify(text);
    // It is remembered, and expires all the same.
    now += 50_000;
    assert.match(await refusal(exact, text), /has expired/);
    await lenient.verify(text);
    now += 5_000;
    assert.match(await refusal(lenient, text), /has expired/);
    assert.match(await refusal(verifier(undefined, { now: () => now }), text), /has expired/);
    assert.match(await refusal(exact, forge(HS, { ...WATCH, exp: 'tomorrow' }, SECRET)), /exp|claim/);
  });

  test('is bounded in size, and in what it may say', async () => {
    const long = forge(HS, { ...WATCH, more: 'x'.repeat(MAX_TOKEN) }, SECRET);
    assert.match(await refusal(verifier(), long), /longer than 4096/);
    const wrong: Record<string, unknown>[] = [
      {},
      { can: ['subscribe'] },
      { ...WATCH, channels: 'demo' },
      { ...WATCH, channels: [] },
      { ...WATCH, channels: ['de*mo'] },
      { ...WATCH, channels: ['**'] },
      { ...WATCH, channels: ['a/b'] },
      { ...WATCH, channels: Array.from({ length: 65 }, (_, i) => `c${i}`) },
      { ...WATCH, can: [] },
      { ...WATCH, can: ['everything'] },
      { ...WATCH, can: 'subscribe' },
      { ...WATCH, view: { x: 0, y: 0, width: 0, height: 1 } },
      { ...WATCH, view: { x: -1, y: 0, width: 1, height: 1 } },
      { ...WATCH, view: null },
      { ...WATCH, maxBps: 0 },
      { ...WATCH, maxBps: '1' },
      { ...WATCH, sub: 7 },
    ];
    for (const claims of wrong) await refusal(verifier(), forge(HS, claims, SECRET));
    for (const claims of ['[]', '"x"', 'x', '']) {
      const [head] = forge(HS, {}, SECRET).split('.');
      const text = `${head}.${Buffer.from(claims).toString('base64url')}`;
      const { createHmac } = await import('node:crypto');
      const sign = createHmac('sha256', SECRET).update(text).digest('base64url');
      assert.match(await refusal(verifier(), `${text}.${sign}`), /not a token/);
    }
  });

  test('that says more than its key may give is refused whole', async () => {
    const view = { x: 0, y: 0, width: 100, height: 100 };
    const scope = { channels: ['demo*', 'one'], can: ['subscribe', 'control'] as const, view, maxBps: 1000 };
    const bounded = verifier([{ secret: SECRET, scope: { ...scope, can: [...scope.can] } }]);
    const fits = { channels: ['demo', 'demo-2*', 'one'], can: ['subscribe'], view, maxBps: 1000 };
    await bounded.verify(forge(HS, fits, SECRET));
    const beyond = {
      channels: [{ channels: ['*'] }, { channels: ['dem*'] }, { channels: ['one*'] }, { channels: ['demo', 'two'] }],
      can: [{ can: ['subscribe', 'publish'] }],
      view: [{ view: undefined }, { view: { ...view, width: 101 } }, { view: { ...view, x: 1 } }],
      maxBps: [{ maxBps: undefined }, { maxBps: 1001 }],
    };
    for (const [claim, cases] of Object.entries(beyond)) {
      for (const more of cases) {
        const text = forge(HS, { ...fits, ...more }, SECRET);
        assert.match(await refusal(bounded, text), new RegExp(`more than its key may give \\("${claim}"\\)`));
      }
    }
  });

  test('is for whom it says, by whom it says, where the relay asks for that', async () => {
    const by = verifier(undefined, { issuer: 'school', audience: 'relay' });
    const minted = { channels: ['*'], can: ['subscribe'] as const, issuer: 'school', audience: 'relay' };
    await by.verify(await mintToken(minted, { secret: SECRET }));
    for (const wrong of [
      { iss: 'x', aud: 'relay' },
      { aud: 'relay' },
      { iss: 'school', aud: 'x' },
      { iss: 'school' },
    ]) {
      assert.match(await refusal(by, forge(HS, { ...WATCH, ...wrong }, SECRET)), /somebody else/);
    }
  });
});

describe('keys', () => {
  test('are told apart by their names', async () => {
    const keys = ['old', 'new'].map((id) => ({ id, secret: `${id}: ${SECRET}` }));
    const by = verifier(keys);
    for (const key of keys) await by.verify(await mintToken({ channels: ['a'], can: ['subscribe'] }, key));
    await by.verify(forge(HS, WATCH, keys[1]!.secret));
    assert.match(await refusal(by, forge({ ...HS, kid: 'old' }, WATCH, keys[1]!.secret)), /not signed/);
    assert.match(await refusal(by, forge({ ...HS, kid: 'other' }, WATCH, keys[1]!.secret)), /names no key/);
  });

  test('in a file are rotated while the relay runs', async () => {
    const [old, next] = await Promise.all([keyPair('old'), keyPair('next', 'EdDSA')]);
    const folder = makeFolder({ 'keys.json': JSON.stringify({ keys: [old.jwk] }) });
    const path = join(folder.path, 'keys.json');
    const by = verifier([{ jwks: path }]);
    await by.verify(await old.sign(WATCH));
    // Half of it is written: what was there before counts.
    writeFileSync(path, '{"keys":[');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.match(await refusal(by, await next.sign(WATCH)), /names no key/);
    await by.verify(await old.sign({ ...WATCH, jti: '2' }));
    writeFileSync(path, JSON.stringify({ keys: [next.jwk] }));
    // A name that is not known makes it look again, a few times a second.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await by.verify(await next.sign(WATCH));
    assert.match(await refusal(by, await old.sign({ ...WATCH, jti: '3' })), /names no key/);
    rmSync(path);
    await by.verify(await next.sign({ ...WATCH, jti: '4' }));
    folder.remove();
  });

  test('from a URL are fetched, and where they cannot be, that is nobody`s fault', async () => {
    const pair = await keyPair('web', 'ES384');
    let status = 500;
    let asked = 0;
    const server = createServer((_, res) => {
      asked++;
      res.writeHead(status).end(JSON.stringify({ keys: [pair.jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const by = verifier([{ jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` }]);
    const token = await pair.sign(WATCH);
    await assert.rejects(by.verify(token), { code: CLOSE.tryLater.code });
    status = 200;
    await Promise.all(Array.from({ length: 50 }, () => by.verify(token)));
    assert.equal(asked, 2);
    // Names that nobody knows do not make it ask more than once in half a minute.
    for (let i = 0; i < 20; i++) await refusal(by, await pair.sign(WATCH, { kid: `made-up-${i}` }));
    assert.equal(asked, 2);
    server.close();
    server.closeAllConnections();
  });

  test('are verified once for all who show the same token, and remembered within bounds', async () => {
    let now = Date.now();
    const by = verifier(undefined, { remembered: 100, now: () => now });
    const token = forge(HS, WATCH, SECRET);
    await Promise.all(Array.from({ length: 5000 }, () => by.verify(token)));
    assert.equal(by.checks, 1);
    for (let i = 0; i < 500; i++) await by.verify(forge(HS, { ...WATCH, jti: `${i}` }, SECRET));
    assert.equal(by.size, 100);
    for (let i = 0; i < 500; i++) await refusal(by, forge(HS, { ...WATCH, jti: `${i}` }, `wrong ${SECRET}`));
    assert.ok(by.size <= 100);
    const { checks } = by;
    const last = forge(HS, { ...WATCH, jti: 'last' }, SECRET);
    await by.verify(last);
    await by.verify(last);
    assert.equal(by.checks, checks + 1);
    // A key may have been withdrawn meanwhile.
    now += 61_000;
    await by.verify(last);
    assert.equal(by.checks, checks + 2);
  });

  test('that cannot be used are refused with the way out, and never repeated', () => {
    const bad: [unknown, RegExp][] = [
      ['x', /^keys: expected a list/],
      [[], /^keys: expected a list/],
      [[null], /a key is/],
      [[{ secret: 'short' }], /32 to 4096 characters.*--new-secret/],
      [[{ secret: SECRET, jwks: 'x' }], /either a secret or a jwks/],
      [[{}], /either a secret or a jwks/],
      [[{ secret: SECRET, key: 1 }], /a key has no "key"/],
      [[{ secret: SECRET, id: '' }], /the id of a key/],
      [
        [
          { secret: SECRET, id: 'a' },
          { secret: `${SECRET}!`, id: 'a' },
        ],
        /same id/,
      ],
      [[{ secret: SECRET, scope: { can: ['x'] } }], /"can" is a list/],
      [[{ secret: SECRET, scope: [] }], /a scope is/],
      [[{ jwks: '/no/such/file' }], /cannot be read/],
      [[{ jwks: 'http://keys.example/' }], /begins with https/],
      [[{ jwks: { keys: 'x' } }], /a key set is/],
      [[{ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }], /holds private keys/],
      [[{ jwks: { keys: [{ kty: 'EC', d: 'c2VjcmV0' }] } }], /holds private keys/],
    ];
    for (const [keys, why] of bad) {
      assert.throws(
        () => openKeys(keys),
        (error: Error) => {
          assert.match(error.message, why);
          assert.ok(
            !error.message.includes(SECRET) && !error.message.includes('c2VjcmV0') && !/short/.test(error.message),
          );
          return error.name === 'OptionError';
        },
      );
    }
  });
});
