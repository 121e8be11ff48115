/** Flags of `mpl token`. */

import { VERBS, type Verb } from '../auth/grant.js';
import { readKeyFile } from '../auth/key-file.js';
import { isKeyFile, type SecretKey, type TokenKey } from '../auth/keys.js';
import type { TokenOptions } from '../auth/mint.js';
import { isPattern } from '../auth/patterns.js';
import { OptionError } from '../options.js';
import { parse } from './flags.js';
import { KEY_OPTIONS, keysIn } from './key-flags.js';

/** What to print: a token, or (null) a new secret. */
export type TokenFlags = { options: TokenOptions; key: SecretKey } | null;

const OPTIONS = {
  ...KEY_OPTIONS,
  'key-id': { type: 'string' },
  channel: { type: 'string', multiple: true },
  can: { type: 'string' },
  expires: { type: 'string' },
  view: { type: 'string' },
  'max-bps': { type: 'string' },
  subject: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  'new-secret': { type: 'boolean' },
} as const;

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @throws OptionError that names the flag or variable that cannot be used */
export function parseTokenFlags(argv: string[], env: NodeJS.ProcessEnv): TokenFlags {
  const { values, positionals } = parse(argv, OPTIONS);
  if (positionals.length) throw new OptionError(positionals[0], 'not expected here');
  if (values['new-secret']) {
    const more = Object.keys(values).find((name) => name !== 'new-secret');
    if (more === undefined) return null;
    throw new OptionError('--new-secret', `prints a secret and nothing else: not with --${more}`);
  }
  const channels = ((values.channel as string[] | undefined) ?? []).flatMap(listed);
  if (channels.length === 0) throw new OptionError('--channel', "of which channels? As in: --channel 'demo*'");
  const name = channels.find((one) => !isPattern(one));
  if (name !== undefined) {
    const shape = 'expected 1 to 64 of A-Z a-z 0-9 . _ ~ -, or the beginning of names and a *';
    throw new OptionError('--channel', `${shape}, got ${JSON.stringify(name)}`);
  }
  const text = (name: string) => values[name] as string | undefined;
  const can = listed(text('can') ?? 'subscribe') as Verb[];
  const verb = can.find((one) => !VERBS.includes(one));
  if (verb !== undefined) {
    const shape = 'expected publish, subscribe or control, with commas between';
    throw new OptionError('--can', `${shape}, got ${JSON.stringify(verb)}`);
  }
  const options: TokenOptions = { channels, can, expiresIn: seconds(text('expires') ?? '1h') };
  if (values.view !== undefined) options.view = rect(text('view')!);
  if (values['max-bps'] !== undefined) options.maxBps = positive(text('max-bps')!, '--max-bps');
  for (const name of ['subject', 'issuer', 'audience'] as const) {
    if (values[name] !== undefined) options[name] = text(name)!;
  }
  return { options, key: secretIn(keysIn(values, env), text('key-id')) };
}

const listed = (text: string): string[] => text.split(',').map((one) => one.trim());

function secretIn(keys: TokenKey[] | null, id: string | undefined): SecretKey {
  if (keys === null) {
    throw new OptionError(
      '--secret',
      'which secret signs it? Name that of the relay: MPL_SECRET, --secret or --key-file',
    );
  }
  if (id !== undefined && !keys.some(isKeyFile)) {
    throw new OptionError('--key-id', 'names a key of a file, and there is none: see --key-file');
  }
  const all = keys.flatMap((key) => (isKeyFile(key) ? (readKeyFile(key.file, '--key-file') as TokenKey[]) : key));
  const secrets = all.filter((key): key is SecretKey => 'secret' in key);
  const key = id === undefined ? secrets[0] : secrets.find((one) => one.id === id);
  if (key) return key;
  if (secrets.length === 0) throw new OptionError('--key-file', 'it holds no secret: public keys sign nothing');
  const ids = secrets.map((one) => one.id).filter((one) => one !== undefined);
  const there = ids.length > 0 ? `those with one are ${ids.join(', ')}` : 'none of them has an id';
  throw new OptionError('--key-id', `there is no secret of the name ${JSON.stringify(id)} among the keys: ${there}`);
}

function seconds(text: string): number {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (number && unit && Number(number) > 0) return Number(number) * UNITS[unit]!;
  throw new OptionError(
    '--expires',
    `expected a time such as 90s, 15m, 1h, 30d, or never; got ${JSON.stringify(text)}`,
  );
}

function rect(text: string) {
  const [x = 0, y = 0, width = 0, height = 0] = /^\d+(?:,\d+){3}$/.test(text) ? text.split(',').map(Number) : [];
  if (width > 0 && height > 0) return { x, y, width, height };
  throw new OptionError('--view', `expected x,y,width,height in cells, got ${JSON.stringify(text)}`);
}

function positive(text: string, label: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new OptionError(label, `expected bytes a second, above 0, got ${JSON.stringify(text)}`);
}
