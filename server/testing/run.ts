/** The command `mpl` as a process, for tests. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Longer than any of this takes, ms. */
const PATIENCE = 60_000;
const cli = join(import.meta.dirname, '..', 'cli.ts');

export interface Run {
  child: ChildProcess;
  env: Record<string, string>;
  /** What it has printed so far. */
  text: { out: string; err: string };
  done: Promise<number | null>;
  /** Resolves once `pattern` has been printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves once `pattern` has been said among the errors. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

export function run(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
    env: { ...process.env, PORT: '', HOST: '', ...env },
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (part) => (text.out += part));
  child.stderr.on('data', (part) => (text.err += part));
  const done = once(child, 'close').then(([code]) => code as number | null);
  const until = async (stream: 'out' | 'err', pattern: RegExp): Promise<RegExpExecArray> => {
    const late = performance.now() + PATIENCE;
    for (;;) {
      const match = pattern.exec(text[stream]);
      if (match) return match;
      const over = child.exitCode !== null || child.signalCode !== null;
      if (over || performance.now() > late) {
        throw new Error(`${over ? 'ended' : 'waited'} without ${pattern}: ${text.out}${text.err}`);
      }
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
  };
  return {
    child,
    env,
    text,
    done,
    printed: (pattern) => until('out', pattern),
    said: (pattern) => until('err', pattern),
  };
}
