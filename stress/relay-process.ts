/** A relay in a process of its own: killed, started again on its port, asked what it holds. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import type { ChannelInfo, RelayOptions } from 'mpl-kit/server';
import { type Holdings, surplus } from './ledger.js';
import { until, within } from './until.js';

/** What the process says of itself. */
export interface Probe {
  holdings: Holdings;
  channels: ChannelInfo[];
  /** Bytes of memory that the process takes of the machine. */
  rss: number;
  /** The longest that its event loop stood still since it was asked before, ms. */
  stall: number;
}

const START_MS = 60_000;

export class RelayProcess {
  #child: ChildProcess;
  #asked = 0;
  /** As it was before anyone came. */
  before!: Probe;

  private constructor(
    child: ChildProcess,
    readonly options: RelayOptions,
    /** Milliseconds that its clocks differ from ours. */
    readonly skew: number,
    public port: number,
  ) {
    this.#child = child;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  static async start(options: RelayOptions, port = 0, skew = 0): Promise<RelayProcess> {
    const { child, at } = await spawn(options, port, skew);
    const made = new RelayProcess(child, options, skew, at);
    await made.#ready();
    return made;
  }

  /** Starts it again, where it was. */
  async again(): Promise<void> {
    const { child, at } = await spawn(this.options, this.port, this.skew);
    this.#child = child;
    this.port = at;
    await this.#ready();
  }

  /** It is once it has all that it needs, a Redis among it. */
  async #ready(): Promise<void> {
    await until('a relay is ready', () =>
      statusOf(`http://127.0.0.1:${this.port}/readyz`).then((code) => code === 200),
    );
    this.before = await this.probe(true);
  }

  /** As the machine does it that runs out of memory: no word to anyone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Stops it where it is, as a machine that is asleep or out of memory, or lets it go on. */
  freeze(frozen: boolean): void {
    this.#child.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** As an operator does it. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.send({ ask: 'end' });
    const [code] = await within(20_000, 'the end of a relay', gone);
    if (code !== 0) throw new Error(`a relay ended with code ${code}`);
  }

  /** @param deep collect garbage and look for objects of the kit, which takes a while */
  async probe(deep = false): Promise<Probe> {
    const id = ++this.#asked;
    const child = this.#child;
    const answer = new Promise<Probe>((resolve, reject) => {
      const heard = (message: { id?: number; probe?: Probe }): void => {
        if (message.id !== id) return;
        child.off('message', heard);
        child.off('exit', gone);
        resolve(message.probe!);
      };
      const gone = (): void => reject(new Error('the relay has ended'));
      child.on('message', heard);
      child.once('exit', gone);
    });
    child.send({ ask: 'probe', id, deep });
    return within(60_000, 'the answer of a relay', answer);
  }

  /** Everyone has gone: it has to be as it was. @throws Error that says what it still holds */
  async expectEmpty(): Promise<void> {
    let left = ' ';
    const empty = async (): Promise<boolean> => {
      const { holdings, channels } = await this.probe(left === '');
      left = [surplus(this.before.holdings, holdings), ...channels.map(({ name }) => `channel ${name}`)]
        .filter(Boolean)
        .join(', ');
      return left === '' && holdings.bytes >= 0;
    };
    await until('a relay lets go of everything', empty, 15_000).catch((error: Error) => {
      throw new Error(`${error.message}: it still holds ${left}`);
    });
  }

  close(): Promise<void> {
    return this.kill();
  }
}

async function spawn(options: RelayOptions, port: number, skew: number) {
  const file = join(import.meta.dirname, 'relay-child.ts');
  const child = fork(file, [JSON.stringify({ options, port, skew })], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', 'tsx'],
  });
  const first = new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as never));
    child.once('exit', (code) => reject(new Error(`a relay ended with code ${code} before it listened`)));
  });
  const told = await within(START_MS, 'the start of a relay', first);
  return { child, at: told.port };
}

/** The status with which this URL answers; 0 where nobody does. */
const statusOf = (url: string): Promise<number> =>
  new Promise((resolve) => {
    const asked = get(url, { agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode!));
    });
    asked.on('error', () => resolve(0));
  });
