/**
 * Tokens of every kind of wrong: each is refused in the words of a refusal, or grants what its signer signed and its key may
 * give, no more. FUZZ says how many of all fuzzers (default 100000, a twentieth of them here), SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chance } from '../../transport/testing/chance.js';
import { forge, SECRET } from '../testing/tokens.js';
import { openKeys } from './keys.js';
import { exceeds } from './scope.js';
import { TokenRefusal } from './token-refusal.js';
import { Verifier } from './verify.js';

const COUNT = Math.ceil(Number(process.env.FUZZ ?? 100_000) / 20);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
Error.stackTraceLimit = 5;
console.log(`fuzzing tokens with SEED=${SEED}, ${COUNT} tokens`);

const NOW = 1_800_000_000_000;
const SCOPE = { channels: ['demo*'], can: ['subscribe', 'control'], maxBps: 1e6 } as const;
const ODD = [null, -1, 1e308, '', 'x'.repeat(300), [], {}, [[]], true, ['*'], ['__proto__'], [null], Number.MAX_VALUE];
const HEADERS = [
  { alg: 'HS256' },
  { alg: 'HS256', kid: 'main' },
  { alg: 'HS256', kid: '__proto__' },
  { alg: 'HS512' },
  { alg: 'none' },
  { alg: 'RS256', kid: 'main' },
  { alg: 'HS256', b64: false, crit: ['b64'] },
  { alg: ['HS256'] },
  { typ: 'JWT' },
];

class TokenMaker extends Chance {
  claims(): Record<string, unknown> {
    const claims: Record<string, unknown> = {
      channels: this.pick([['demo'], ['demo-*'], ['*'], ['other'], ['demo', 'x*'], []]),
      can: this.pick([['subscribe'], ['subscribe', 'control'], ['publish'], ['all'], 'subscribe']),
      ...(this.random() < 0.5 && { exp: NOW / 1000 + this.pick([60, 1, -1, -9e9, 1e300]) }),
      ...(this.random() < 0.3 && { nbf: NOW / 1000 + this.pick([-60, 0, 60]) }),
      ...(this.random() < 0.3 && { maxBps: this.pick([1, 1e6, 1e7, 0, '5']) }),
      ...(this.random() < 0.3 && { view: { x: 0, y: this.int(3) - 1, width: this.pick([1, 64, 1e9]), height: 64 } }),
    };
    if (this.random() < 0.2) claims[this.pick([...Object.keys(claims), 'sub', 'iat', '__proto__'])] = this.pick(ODD);
    return claims;
  }

  /** A token, and what is said in it where the right key has signed it as it should; `good`: it has to be taken. */
  token(): { text: string; claims: Record<string, unknown> | null; good?: boolean } {
    if (this.random() < 0.1) {
      const claims = { channels: ['demo'], can: ['subscribe'], maxBps: 1 + this.int(1e6), exp: NOW / 1000 + 1 };
      return { text: forge(HEADERS[this.int(2)]!, claims, SECRET), claims, good: true };
    }
    const header = this.random() < 0.6 ? HEADERS[this.int(2)]! : this.pick(HEADERS);
    const claims = this.claims();
    const secret = this.pick([SECRET, SECRET, SECRET, SECRET, `not ${SECRET}`, null]);
    const good = forge(header, claims, secret);
    const text = this.#spoil(good);
    const signed = secret === SECRET && header.alg === 'HS256' && !('b64' in header);
    return { text, claims: signed ? claims : null };
  }

  #spoil(token: string): string {
    const parts = token.split('.');
    switch (this.int(10)) {
      case 0:
        return Buffer.from(this.spoil(Buffer.from(token), 1)).toString('latin1');
      case 1:
        parts[this.int(3)] = this.pick([
          '',
          'e30',
          'bnVsbA',
          parts[this.int(3)]!,
          Buffer.from(this.noise(9)).toString('base64'),
        ]);
        return parts.join('.');
      case 2:
        return this.pick([
          `${token}.`,
          `.${token}`,
          ` ${token}`,
          `${token}=`,
          token.toUpperCase(),
          `${token}.${token}`,
        ]);
      case 3:
        // Other claims under the signature of these.
        return [parts[0], forge({}, this.claims(), null).split('.')[1], parts[2]].join('.');
      default:
        return token;
    }
  }
}

describe('any token', () => {
  test('is refused in so many words, or grants no more than was signed and its key may give', async () => {
    const maker = new TokenMaker(SEED);
    const keys = openKeys([{ id: 'main', secret: SECRET, scope: { ...SCOPE, can: [...SCOPE.can] } }]);
    const verifier = new Verifier(keys, { skew: 0, now: () => NOW, remembered: 100 });
    let taken = 0;
    for (let i = 0; i < COUNT; i++) {
      const { text, claims, good } = maker.token();
      const grant = await verifier.verify(text).catch((error: unknown) => {
        if (!(error instanceof TokenRefusal)) assert.fail(`${error} for ${text}`);
        // Nobody who reads a log shall be able to use what stood in it.
        for (const part of text.split('.')) assert.ok(part.length < 8 || !error.message.includes(part), text);
        return null;
      });
      assert.ok(verifier.size <= 101, 'it remembers without bound');
      if (good) assert.ok(grant !== null, `refused, although it is good: ${text}`);
      if (grant === null) continue;
      taken++;
      assert.ok(claims !== null, `taken, although nobody signed it: ${text}`);
      assert.deepEqual([grant.channels, grant.can, grant.maxBps], [claims.channels, claims.can, claims.maxBps], text);
      assert.equal(exceeds(grant, { ...SCOPE, can: [...SCOPE.can] }), null, text);
      assert.ok(claims.exp === undefined || (claims.exp as number) * 1000 > NOW, text);
      assert.ok(claims.nbf === undefined || (claims.nbf as number) * 1000 <= NOW, text);
    }
    assert.ok(taken > COUNT / 20 && taken < COUNT / 2, `${taken} of ${COUNT} were taken`);
  });
});
