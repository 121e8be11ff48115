/** The command `mpl`. */

import { OptionError } from '../options.js';
import { packageVersion } from '../package.js';
import { parseServeFlags } from './flags.js';
import { helpText } from './help.js';
import { parseStreamFlags } from './stream-flags.js';
import { parseTokenFlags } from './token-flags.js';

/** Runs one command line and returns the exit code: 0 done, 1 could not, 2 not understood. */
export async function main(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [command = 'help', ...rest] = argv;
  switch (command) {
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(helpText());
      return 0;
    case 'version':
    case '--version':
    case '-v':
      process.stdout.write(`${packageVersion}\n`);
      return 0;
    case 'serve':
    case 'stream':
    case 'token':
      break;
    default:
      return complain(`there is no command ${JSON.stringify(command)}`);
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpText());
    return 0;
  }
  if (rest.includes('--version') || rest.includes('-v')) {
    process.stdout.write(`${packageVersion}\n`);
    return 0;
  }
  try {
    // Each command loads only what it needs: it starts the sooner.
    if (command === 'stream') {
      const flags = parseStreamFlags(rest, env);
      return await (await import('./stream.js')).stream(flags);
    }
    if (command === 'token') {
      const flags = parseTokenFlags(rest, env);
      return await (await import('./token.js')).token(flags);
    }
    const flags = parseServeFlags(rest, env);
    return await (await import('./serve.js')).serve(flags);
  } catch (error) {
    if (error instanceof OptionError) return complain(error.message);
    throw error;
  }
}

function complain(message: string): number {
  process.stderr.write(`mpl: ${message}\nTry "mpl help".\n`);
  return 2;
}
