/** Reads the JSON object that a request brings, within bounds of size, time and memory for all requests together. */

import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

/** Bytes of all bodies that are being read. */
const READING = 64 * 2 ** 20;
/** Who sends too much is heard out for so many bytes and ms: an answer amid the sending would often not be seen. */
const DISCARD = 16 * 2 ** 20;
const DISCARD_MS = 2_000;

const CLOSE = { Connection: 'close' };
const utf8 = new TextDecoder('utf-8', { fatal: true });

export class ObjectReader {
  #reading = 0;

  constructor(
    /** Bytes of one body. */
    readonly most: number,
    /** Milliseconds that it may take to come. */
    readonly ms: number,
  ) {}

  /** @throws Problem that says what is wrong with the body, or with how it comes */
  async read(req: IncomingMessage): Promise<Record<string, unknown>> {
    checkType(req);
    if (req.readableEnded) {
      throw new Problem(500, 'the body was read before the relay saw it: call relay.handler before any body parser');
    }
    const body = await this.#body(req);
    let value: unknown;
    try {
      value = JSON.parse(utf8.decode(body));
    } catch (error) {
      throw new Problem(400, `the body is not JSON: ${(error as Error).message}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Problem(400, `the body is not a JSON object of names and values, such as {"count": 1}`);
    }
    return value as Record<string, unknown>;
  }

  #body(req: IncomingMessage): Promise<Buffer> {
    const { most, ms } = this;
    return new Promise((resolve, reject) => {
      let parts: Buffer[] = [];
      let held = 0;
      let size = 0;
      let wrong: Problem | null = null;
      const done = (problem: Problem | null): void => {
        clearTimeout(timer);
        clearTimeout(enough);
        this.#reading -= held;
        req.off('data', take).off('end', end).off('close', gone).off('error', gone);
        if (problem) reject(problem);
        else resolve(Buffer.concat(parts));
      };
      const refuse = (problem: Problem): void => {
        wrong = problem;
        parts = [];
        this.#reading -= held;
        held = 0;
        enough ??= setTimeout(() => done(wrong), DISCARD_MS);
      };
      const take = (part: Buffer): void => {
        size += part.length;
        if (wrong !== null) return size > DISCARD ? done(wrong) : undefined;
        if (size > most) return refuse(tooLarge(most));
        if (this.#reading + part.length > READING) {
          return refuse(new Problem(503, 'the relay reads as much as it can', { ...CLOSE, 'Retry-After': '1' }));
        }
        parts.push(part);
        held += part.length;
        this.#reading += part.length;
      };
      const end = (): void => done(wrong);
      const gone = (): void => done(new Problem(400, 'the body ended early'));
      const timer = setTimeout(() => done(new Problem(408, 'the body took too long to come', CLOSE)), ms);
      let enough: NodeJS.Timeout | undefined;
      // A length too large, and nobody who waits to be told to go on: there is no need to hear any of it.
      const length = Number(req.headers['content-length'] ?? 0);
      if (length > DISCARD) return done(tooLarge(most));
      if (length > most) refuse(tooLarge(most));
      req.on('data', take).on('end', end).on('close', gone).on('error', gone);
    });
  }
}

const tooLarge = (most: number): Problem =>
  new Problem(413, `the body is larger than ${most} bytes; set fewer signals at once`, CLOSE);

function checkType({ headers }: IncomingMessage): void {
  const type = (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  if (type !== 'application/json') {
    const way = `curl --json '{"count": 1}' URL, or with older ones -H 'Content-Type: application/json' -d`;
    throw new Problem(415, `the content type has to be application/json, and is ${type || 'missing'}; try ${way}`, {
      'Accept-Post': 'application/json',
    });
  }
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') {
    throw new Problem(415, `the body has to come as it is, not in the coding ${JSON.stringify(coding)}`, {
      'Accept-Encoding': 'identity',
    });
  }
}
