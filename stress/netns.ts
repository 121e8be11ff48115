/**
 * Network namespaces: processes that share a wire and nothing else, with what `tc` makes of it. It takes rights that most
 * users lack, and a kernel with the queues that are asked for.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why there can be none here; undefined where there can. */
export function netnsMissing(): string | undefined {
  const name = `mpl-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? (error as Error).message).trim();
    return `network namespaces cannot be made here: ${said.split('\n')[0]}`;
  }
}

/** Two namespaces with a wire between them. */
export class Wire {
  readonly names: readonly [string, string];
  readonly addresses = ['10.213.0.1', '10.213.0.2'] as const;
  readonly #children: ChildProcess[] = [];

  constructor(id: number) {
    this.names = [`mpl-${id}-a`, `mpl-${id}-b`];
    const [a, b] = this.names;
    for (const name of this.names) ip('netns', 'add', name);
    ip('link', 'add', 'wire', 'netns', a, 'type', 'veth', 'peer', 'name', 'wire', 'netns', b);
    for (const [i, name] of this.names.entries()) {
      ip('-n', name, 'addr', 'add', `${this.addresses[i]}/24`, 'dev', 'wire');
      ip('-n', name, 'link', 'set', 'wire', 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  }

  /** Shapes what goes either way. @returns why that cannot be; undefined where it was done */
  shape(...queue: string[]): string | undefined {
    try {
      for (const name of this.names) {
        const args = ['netns', 'exec', name, 'tc', 'qdisc', 'replace', 'dev', 'wire', 'root', ...queue];
        execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      }
      return undefined;
    } catch (error) {
      return `this kernel has no "${queue[0]}": ${
        String((error as { stderr: Buffer }).stderr)
          .trim()
          .split('\n')[0]
      }`;
    }
  }

  /** A Node process on one side, which speaks by messages. */
  spawn(side: 0 | 1, file: string, ...args: string[]): ChildProcess {
    const flags = ['--disable-warning=ExperimentalWarning', '--import', 'tsx'];
    const command = ['netns', 'exec', this.names[side], process.execPath, ...flags, file, ...args];
    const child = spawn('ip', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const name of this.names) ip('netns', 'del', name);
  }
}
