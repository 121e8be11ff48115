/**
 * What a relay tells whoever runs it: lines of JSON, by `pino` or whatever logger the program has.
 *
 * Tokens and secrets are never part of a line; addresses of those who connect are. Strangers decide how often some of it
 * happens, so of each kind only so many lines are written, and the next one says how many were not.
 */

import { createRequire } from 'node:module';
import { RateLimit } from '../transport/session/rate.js';

/** From the least to the most. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is used of a logger: an instance of `pino` is one. */
export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

type Line = Exclude<LogLevel, 'silent'>;

/** Lines a second of one kind, and at once. */
const LINES = 10;
const BURST = 50;
/** Bytes that wait for a reader of stderr that does not read; what is beyond is lost, not kept. */
const MAX_WAITING = 2 ** 20;

export class Log {
  readonly #logger: Logger | null;
  readonly #kinds = new Map<string, { rate: RateLimit; lost: number }>();

  constructor(logger: Logger | LogLevel = 'silent') {
    this.#logger = typeof logger !== 'string' ? logger : logger === 'silent' ? null : toStderr(logger);
  }

  /**
   * @param message says what happened, in the same words each time
   * @param fields what else there is to say
   * @param counted the kind that lines are counted by: of a fixed choice, each takes memory
   */
  write(level: Line, message: string, fields: object = {}, counted = message): void {
    if (this.#logger === null) return;
    let kind = this.#kinds.get(counted);
    if (kind === undefined) this.#kinds.set(counted, (kind = { rate: new RateLimit(LINES, BURST), lost: 0 }));
    if (!kind.rate.take()) {
      kind.lost++;
      return;
    }
    this.#logger[level](kind.lost > 0 ? { ...fields, suppressed: kind.lost } : fields, message);
    kind.lost = 0;
  }
}

/** All relays of a process write to one place. */
let stderr: object | undefined;

function toStderr(level: LogLevel): Logger {
  // Where nobody wants logs, it need not be loaded.
  const pino = createRequire(import.meta.url)('pino') as typeof import('pino').default;
  stderr ??= pino.destination({ dest: 2, sync: false, maxLength: MAX_WAITING });
  return pino(
    {
      name: 'mpl',
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Nothing here logs them; this is for the day when somebody does by mistake.
      redact: ['token', '*.token', 'secret', '*.secret', 'authorization', '*.authorization'],
    },
    stderr as import('pino').DestinationStream,
  );
}
