/**
 * The claim that a streamed module shows for its channel: the same on each start, so that a process that died without a word
 * has its channel back at once. It is made from a secret that only this user of this machine has.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const LENGTH = 32;
let secret: Buffer | undefined;

/** 43 characters that are the same for the same relay, module and channel, and tell nothing of them. */
export function claimOf(server: string, module: string, channel: string): string {
  secret ??= keptSecret() ?? randomBytes(LENGTH);
  return createHmac('sha256', secret)
    .update(JSON.stringify([server, module, channel]))
    .digest('base64url');
}

/** The secret of before, or a new one that is kept; null where nothing can be kept. */
function keptSecret(): Buffer | null {
  const { env } = process;
  const states = env.XDG_STATE_HOME || env.LOCALAPPDATA || join(homedir(), '.local', 'state');
  const folder = join(states, 'mpl-kit');
  const path = join(folder, 'secret');
  try {
    return readSecret(path) ?? makeSecret(folder, path);
  } catch {
    // A home that cannot be written to: a channel then comes back a few seconds later.
    return null;
  }
}

function readSecret(path: string): Buffer | null {
  try {
    const held = readFileSync(path);
    return held.length === LENGTH ? held : null;
  } catch {
    return null;
  }
}

/** Several programs may start at once: the first to link its file under the name wins, whole. */
function makeSecret(folder: string, path: string): Buffer | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = `${path}.${process.pid}`;
  writeFileSync(own, randomBytes(LENGTH), { mode: 0o600 });
  try {
    linkSync(own, path);
  } catch {
    // There is one now.
  } finally {
    unlinkSync(own);
  }
  return readSecret(path);
}
