/** Keys and tokens for tests: real ones, and such as an attacker would make. */

import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';

export const SECRET = 'a secret of the tests, long enough to be one';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as written by hand: any header, any claims, signed with anything or nothing. */
export function forge(header: Record<string, unknown>, claims: Record<string, unknown>, secret: string | null): string {
  const text = `${base64(header)}.${base64(claims)}`;
  return `${text}.${secret === null ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** A pair of keys: signs tokens, and shows its public half. */
export async function keyPair(kid: string, alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    jwk,
    private: await exportJWK(privateKey),
    /** The public key as text, which anybody may know. */
    pem: await exportSPKI(publicKey),
    sign: (claims: Record<string, unknown>, header: Record<string, unknown> = { kid }) =>
      new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}
