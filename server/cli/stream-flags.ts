/** Flags of `mpl stream`. */

import { serverUrl } from '../../transport/link/address.js';
import { OptionError } from '../options.js';
import { parse } from './flags.js';

export interface StreamFlags {
  /** Paths of modules. */
  files: string[];
  /** URL of the relay. */
  server: string;
  token: string | undefined;
  /** Say only what goes wrong. */
  quiet: boolean;
}

const OPTIONS = {
  server: { type: 'string' },
  token: { type: 'string' },
  quiet: { type: 'boolean' },
} as const;

/** @throws OptionError that names the flag or variable that cannot be used */
export function parseStreamFlags(argv: string[], env: NodeJS.ProcessEnv): StreamFlags {
  const { values, positionals } = parse(argv, OPTIONS);
  if (positionals.length === 0) throw new OptionError('stream', 'which module? As in: mpl stream counter.js');
  const label = values.server !== undefined ? '--server' : 'MPL_SERVER';
  const server = (values.server as string | undefined) ?? (env.MPL_SERVER || 'http://127.0.0.1:8787');
  try {
    serverUrl(server);
  } catch (error) {
    throw new OptionError(label, (error as Error).message);
  }
  const token = (values.token as string | undefined) ?? (env.MPL_TOKEN || undefined);
  return { files: positionals, server, token, quiet: values.quiet === true };
}
