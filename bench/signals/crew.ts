/** The processes of one kit, as the measurement speaks to them. */

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { KitName, Orders } from './worker.js';

/** Nothing that is ordered takes this long, ms. */
const PATIENCE = 20_000;

interface Reply {
  id: number;
  value?: unknown;
  error?: string;
}

export class Hand {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly ready: Promise<unknown>;
  #id = 0;

  constructor(readonly kit: KitName) {
    this.#child = fork(join(import.meta.dirname, 'worker.ts'), [kit], { execArgv: ['--import', 'tsx'] });
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#child.on('message', ({ id, value, error }: Reply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(`${this.kit}: ${error}`));
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.kit}: a process ended with ${code}`));
    });
  }

  async do<K extends keyof Orders>(order: K, ...args: Parameters<Orders[K]>): Promise<Awaited<ReturnType<Orders[K]>>> {
    const id = ++this.#id;
    const reply = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.kit}: no answer to ${order}`)), PATIENCE);
      const done = () => clearTimeout(timer);
      this.#waiting.set(id, {
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
    });
    this.#child.send({ id, order, args });
    return reply as Promise<Awaited<ReturnType<Orders[K]>>>;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** A process for each: whoever shares one with another pays for it. */
export class Crew {
  url = '';

  private constructor(
    readonly kit: KitName,
    readonly relay: Hand,
    readonly source: Hand,
    readonly receiver: Hand,
    /** For layers: one that receives and publishes, as `receiver` then does too. */
    readonly other: Hand,
  ) {}

  static async start(kit: KitName): Promise<Crew> {
    const hands = Array.from({ length: 4 }, () => new Hand(kit)) as [Hand, Hand, Hand, Hand];
    const crew = new Crew(kit, ...hands);
    try {
      await Promise.all(hands.map(({ ready }) => ready));
      crew.url = await crew.relay.do('relay');
    } catch (error) {
      crew.stop();
      throw error;
    }
    return crew;
  }

  stop(): void {
    for (const hand of [this.relay, this.source, this.receiver, this.other]) hand.stop();
  }
}
