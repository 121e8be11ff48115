/** Programs of the command line as processes, and a tap for the bytes between them. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PATIENCE = 60_000;

/** Waits until this holds, or gives what it returns. */
export async function until<T>(what: () => T | Promise<T>, patience = PATIENCE): Promise<NonNullable<T>> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await what();
    if (found) return found;
    if (performance.now() > end) assert.fail(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** `mpl` with these arguments, as built. */
export class Program {
  /** What it has printed. */
  text = '';
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, ['dist/server/cli.js', ...args], { cwd: root });
    this.gone = once(this.child, 'exit');
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on('data', (data) => (this.text += data));
  }

  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return until(() => {
      const found = pattern.exec(this.text);
      if (!found && this.child.exitCode !== null) throw new Error(`it ended without ${pattern}: ${this.text}`);
      return found;
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }
}

/** `mpl serve --examples`. */
export class ExampleSet extends Program {
  url = '';
  port = 0;

  private constructor(port: number) {
    super('serve', '--examples', '--no-open', '--demo', 'demo', '--port', String(port));
  }

  static async start(port = 0): Promise<ExampleSet> {
    const set = new ExampleSet(port);
    const [, url, at] = await set.printed(/(http:\/\/127\.0\.0\.1:(\d+))\/examples\/dashboard\.html/);
    return Object.assign(set, { url, port: Number(at) });
  }

  /** The process that an example runs in now. */
  pid(name: string): number {
    const found = [...this.text.matchAll(new RegExp(`${name} .*process (\\d+)`, 'g'))];
    return Number(found.at(-1)![1]);
  }
}

/** A door to another port, which keeps all that passes. */
export class Tap {
  /** All bytes, of all connections, by direction. */
  readonly bytes = { out: [] as Buffer[], back: [] as Buffer[] };
  /** Of each connection, what went out. */
  readonly connections: Buffer[][] = [];

  private constructor(
    readonly url: string,
    readonly close: () => void,
  ) {}

  static async open(port: number): Promise<Tap> {
    const server = createServer((near) => {
      const out: Buffer[] = [];
      tap.connections.push(out);
      const far = createConnection(port, '127.0.0.1');
      near.on('data', (data) => {
        out.push(data);
        tap.bytes.out.push(data);
      });
      far.on('data', (data) => tap.bytes.back.push(data));
      near.pipe(far).pipe(near);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ]) {
        one!.on('error', () => other!.destroy());
        one!.on('close', () => other!.destroy());
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: at } = server.address() as AddressInfo;
    const tap = new Tap(`http://127.0.0.1:${at}`, () => server.close());
    return tap;
  }

  /** What went out, with the masks of WebSockets taken off: as it was before the protocol scrambled it. */
  unmasked(): Buffer {
    return Buffer.concat(this.connections.map((parts) => unmask(Buffer.concat(parts))));
  }
}

/** The payloads of a client's WebSocket (RFC 6455, section 5), after the request that opened it. */
function unmask(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 6 <= bytes.length) {
    const short = bytes[at + 1]! & 0x7f;
    let length = short;
    let head = at + 2;
    if (short === 126) {
      length = bytes.readUInt16BE(head);
      head += 2;
    } else if (short === 127) {
      length = Number(bytes.readBigUInt64BE(head));
      head += 8;
    }
    const mask = bytes.subarray(head, head + 4);
    const payload = bytes.subarray(head + 4, head + 4 + length);
    parts.push(Buffer.from(payload.map((byte, i) => byte ^ mask[i % 4]!)));
    at = head + 4 + length;
  }
  return Buffer.concat(parts);
}
