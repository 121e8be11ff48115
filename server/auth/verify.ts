/**
 * Whether a token is one: signed by a key that is believed, for this relay, now, and no wider than its key. It knows nothing
 * of channels.
 *
 * Each token is verified once a minute at most, however many join with it or however often: what was found is kept by the
 * token's digest, in a bounded table.
 */

import { createHash } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTVerifyOptions, jwtVerify } from 'jose';
import { CLOSE } from '../../transport/wire/codes.js';
import { Refusal } from '../relay/refusal.js';
import { type Grant, readGrant } from './grant.js';
import type { VerifyingKey } from './keys.js';
import { exceeds } from './scope.js';
import { TokenRefusal } from './token-refusal.js';

/** Characters of a token. */
export const MAX_TOKEN = 4096;
/** What was found counts for so long, ms: a key may be withdrawn. */
const FOUND = 60_000;

export interface VerifierOptions {
  /** Who has to have issued a token (`iss`); without it, anyone who has a key. */
  issuer?: string | undefined;
  /** Whom a token has to be for (`aud`); without it, anyone. */
  audience?: string | undefined;
  /** Milliseconds that clocks may differ. */
  skew: number;
  /** Tokens that are remembered. Default 10,000, of about half a kilobyte each. */
  remembered?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** A token that was verified, and who has it: the same for all tokens of a subject, by an issuer, from keys of one scope. */
export interface Verified extends Grant {
  holder: string;
}

interface Found {
  grant: Promise<Verified>;
  at: number;
}

export class Verifier {
  /** Signatures that were checked. */
  checks = 0;
  readonly #found = new Map<string, Found>();
  readonly #now: () => number;
  readonly #remembered: number;

  #keys: readonly VerifyingKey[];

  constructor(
    keys: readonly VerifyingKey[],
    readonly options: VerifierOptions,
  ) {
    this.#keys = keys;
    this.#now = options.now ?? Date.now;
    this.#remembered = options.remembered ?? 10_000;
  }

  /** Other keys count from now on, and what was found by those before is forgotten. */
  use(keys: readonly VerifyingKey[]): void {
    this.#keys = keys;
    this.#found.clear();
  }

  /** Tokens that are remembered now. */
  get size(): number {
    return this.#found.size;
  }

  /**
   * What the token grants.
   * @throws TokenRefusal that says why it counts for nothing; Refusal where that cannot be known now
   */
  async verify(token: string): Promise<Verified> {
    if (token.length > MAX_TOKEN) throw wrong(`is longer than ${MAX_TOKEN} characters`);
    const digest = digestOf(token);
    const now = this.#now();
    let found = this.#found.get(digest);
    if (found === undefined || now - found.at > FOUND) {
      found = { grant: this.#check(token), at: now };
      // Those who join at once with one token wait for one answer. What is refused is not remembered.
      found.grant.catch(() => this.#found.get(digest) === found && this.#found.delete(digest));
    }
    // The one that was used last is forgotten last.
    this.#found.delete(digest);
    this.#found.set(digest, found);
    if (this.#found.size > this.#remembered) this.#found.delete(this.#found.keys().next().value!);
    const grant = await found.grant;
    this.#checkTime(grant);
    return grant;
  }

  /** When links that came with this have to close, in milliseconds since 1970. */
  until({ expires }: Grant): number | undefined {
    return expires === undefined ? undefined : expires + this.options.skew;
  }

  #checkTime({ expires, notBefore }: Grant): void {
    const { skew } = this.options;
    const now = this.#now();
    if (expires !== undefined && now >= expires + skew) throw wrong('has expired');
    if (notBefore !== undefined && now < notBefore - skew) throw wrong('is not valid yet');
  }

  async #check(token: string): Promise<Verified> {
    this.checks++;
    const header = headerOf(token);
    let tried = false;
    for (const key of this.#keys.filter(({ algorithms }) => algorithms.includes(header.alg))) {
      for (const candidate of await candidates(key, header)) {
        tried = true;
        const claims = await this.#claims(token, candidate, key);
        if (claims === null) continue;
        const grant = read(claims);
        const beyond = exceeds(grant, key.scope);
        if (beyond !== null) throw wrong(`claims more than its key may give ("${beyond}")`);
        return { ...grant, holder: holderOf(token, claims, key) };
      }
    }
    throw wrong(tried ? 'is not signed by a key of this relay' : 'names no key or algorithm of this relay');
  }

  /** Its claims; null where another key has signed it. */
  async #claims(
    token: string,
    candidate: Awaited<ReturnType<VerifyingKey['candidates']>>[number],
    { algorithms }: VerifyingKey,
  ): Promise<Record<string, unknown> | null> {
    const { issuer, audience, skew } = this.options;
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      // To the second; `#checkTime` is exact.
      clockTolerance: Math.ceil(skew / 1000) + 1,
      currentDate: new Date(this.#now()),
    };
    if (issuer !== undefined) options.issuer = issuer;
    if (audience !== undefined) options.audience = audience;
    try {
      return (await jwtVerify(token, candidate, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return null;
      if (error instanceof errors.JWTExpired) throw wrong('has expired');
      if (error instanceof errors.JWTClaimValidationFailed) throw wrong(reasonOf(error.claim));
      throw wrong('is not a token (a signed JWT)');
    }
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Without a subject, it is the token's, whose signature can be written in several ways. */
const holderOf = (token: string, { iss, sub }: Record<string, unknown>, { scope }: VerifyingKey): string =>
  digestOf(sub === undefined ? token.slice(0, token.lastIndexOf('.')) : JSON.stringify([sub, iss, scope]));

const wrong = (why: string): TokenRefusal => new TokenRefusal('invalid', `the token ${why}`);

function reasonOf(claim: string): string {
  if (claim === 'nbf') return 'is not valid yet';
  if (claim === 'iss') return 'was issued by somebody else ("iss")';
  return claim === 'aud' ? 'is meant for somebody else ("aud")' : 'has a claim that may not be';
}

function headerOf(token: string): JWTHeaderParameters {
  try {
    const header = decodeProtectedHeader(token);
    if (typeof header.alg === 'string') return header as JWTHeaderParameters;
  } catch {
    // Whatever it is, it is none.
  }
  throw wrong('is not a token (a signed JWT)');
}

async function candidates(key: VerifyingKey, header: JWTHeaderParameters) {
  try {
    return await key.candidates(header);
  } catch {
    // A key set that cannot be reached is no fault of who asks.
    throw new Refusal(CLOSE.tryLater, 'the keys of this relay cannot be had now; try again later');
  }
}

function read(claims: Record<string, unknown>): Grant {
  try {
    return readGrant(claims);
  } catch (error) {
    throw wrong(`says what it may not: ${(error as Error).message}`);
  }
}
