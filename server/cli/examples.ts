/** `mpl serve --examples`: keeps every example source running, each in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Backoff } from '../../transport/session/backoff.js';
import { OptionError } from '../options.js';

/** The sources of a site with examples lie here. */
const SOURCES = join('examples', 'sources');
/** Where one may look at them. */
export const DASHBOARD = '/examples/dashboard.html';
/** What is not gone so long after it was told to go, ms, is ended the hard way. */
const PATIENCE = 3_000;

/**
 * Modules of the examples of a site.
 * @throws OptionError if it has none
 */
export function exampleSources(demo: string | false | undefined): string[] {
  if (!demo) throw new OptionError('--examples', 'they are part of the site, so not with --no-demo');
  const folder = join(demo, SOURCES);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.js')) : [];
  if (names.length === 0) throw new OptionError('--examples', `there are none in ${folder}`);
  return names.sort().map((name) => join(folder, name));
}

/** A process that is started again whenever it ends. */
class Example {
  readonly name: string;
  #child: ChildProcess | null = null;
  readonly #backoff = new Backoff();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    readonly file: string,
    readonly env: NodeJS.ProcessEnv,
    readonly say: (text: string) => void,
  ) {
    this.name = basename(file, '.js');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { execArgv, execPath, argv } = process;
    const args = [...execArgv, argv[1]!, 'stream', '--quiet', this.file];
    // With a channel to this process: a child hears of its end, however it ends.
    const child = spawn(execPath, args, { env: this.env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    child.once('spawn', () => this.#backoff.opened());
    child.once('error', (error) => this.#ended(error.message));
    child.once('exit', (code, signal) => this.#ended(signal ?? `code ${code}`));
  }

  /** Resolves once it has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await gone;
    clearTimeout(late);
  }

  #ended(how: string): void {
    if (this.#child === null) return;
    this.#child = null;
    if (this.#stopped) return;
    this.#backoff.closed();
    const wait = this.#backoff.next();
    this.say(`${this.name} has ended (${how}); starting it again in ${(wait / 1000).toFixed(1)} s`);
    this.#retry = setTimeout(() => {
      this.start();
      this.say(`${this.name} runs again as process ${this.pid}`);
    }, wait);
  }
}

export interface Examples {
  /** Names and process ids, for people. */
  readonly running: readonly { name: string; pid: number | undefined }[];
  stop(): Promise<void>;
}

/** Starts them all. */
export function startExamples(files: readonly string[], server: string, token: string | undefined): Examples {
  const env = { ...process.env, MPL_SERVER: server, MPL_TOKEN: token ?? '' };
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  const examples = files.map((file) => new Example(file, env, say));
  for (const example of examples) example.start();
  return {
    get running() {
      return examples.map(({ name, pid }) => ({ name, pid }));
    },
    async stop() {
      await Promise.all(examples.map((example) => example.stop()));
    },
  };
}
