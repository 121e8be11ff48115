/** What a signal may be called, and what it may hold: any JSON value, within bounds. */

/** A JSON value. `undefined`, `NaN` and the infinities become `null`, and -0 becomes 0: JSON knows none of them. */
export type SignalValue = null | boolean | number | string | SignalValue[] | { [key: string]: SignalValue };

/** What a signal holds, where that is known: numbers, flags and texts have a compact coding. */
export type SignalType = 'number' | 'f32' | 'bool' | 'string' | 'json';
export const SIGNAL_TYPES: readonly SignalType[] = ['number', 'f32', 'bool', 'string', 'json'];

export const SIGNAL_LIMITS = {
  /** Signals of one channel. */
  count: 10_000,
  /** Characters of a name. */
  name: 128,
  /** Lists and objects within each other. */
  depth: 32,
  /** Characters of one value as JSON. */
  value: 64 * 1024,
  /** Bytes of all signals of a channel, names and JSON: a full state has to fit into one message. */
  total: 768 * 1024,
} as const;

/** A name or a value that cannot be a signal's. `signal` names which. */
export class SignalError extends TypeError {
  override readonly name = 'SignalError';
  constructor(
    readonly signal: string,
    message: string,
  ) {
    super(`the signal ${JSON.stringify(String(signal).slice(0, SIGNAL_LIMITS.name))} ${message}`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u;
const LONE = /\p{Surrogate}/gu;

/** Why this cannot be a signal's name; null where it can. */
export function wrongName(name: unknown): string | null {
  if (typeof name !== 'string') return 'has a name that is no text';
  if (name.length === 0 || name.length > SIGNAL_LIMITS.name)
    return `needs a name of 1 to ${SIGNAL_LIMITS.name} characters`;
  if (name.startsWith('_')) return 'has a name with "_" in front, which is kept for the state of the connection';
  return NOT_IN_NAMES.test(name) ? 'has a name with a control character in it' : null;
}

/** @throws SignalError if this cannot be a signal's name */
export function checkName(name: unknown): asserts name is string {
  const wrong = wrongName(name);
  if (wrong !== null) throw new SignalError(typeof name === 'string' ? name : typeof name, wrong);
}

/** Is every number in it finite, and nothing deeper than may be? For values that came out of `JSON.parse`. */
export function isSignalValue(value: unknown, depth: number = SIGNAL_LIMITS.depth): value is SignalValue {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (!isSignalValue(inner, depth - 1)) return false;
  }
  return true;
}

/** Bytes of a text in UTF-8. Counted: the texts are many and short. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // The two halves of a character beyond the first 65,536 take two bytes each; a half without its other, three.
    if (code < 0x800) bytes++;
    else if (code < 0xd800 || code > 0xdfff) bytes += 2;
    else if (code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** A value as JSON says it. */
export const signalText = (value: SignalValue): string => JSON.stringify(value);

/**
 * The value that is sent for what a program says: a copy for lists and objects, so that later changes in place are none.
 * @throws SignalError if JSON has no word for it, or it is too deep or too large
 */
export function toSignalValue(name: string, value: unknown): SignalValue {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : null;
    case 'undefined':
      return null;
    case 'string':
      return text(name, value);
    case 'object':
      return value === null ? null : copy(name, value);
    default:
      throw new SignalError(name, `is a ${typeof value}, which JSON has no word for`);
  }
}

function text(name: string, value: string): string {
  // Half a character survives in no encoding.
  const whole = value.replace(LONE, '\ufffd');
  // As JSON, where a quote takes two: so does a receiver count.
  if (value.length > SIGNAL_LIMITS.value || signalText(whole).length > SIGNAL_LIMITS.value) throw tooLarge(name);
  return whole;
}

function copy(name: string, value: object): SignalValue {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(name);
    // Anything may be thrown by somebody's `toJSON`.
    const why = error instanceof Error ? error.message : String(error);
    throw new SignalError(name, `cannot be written as JSON: ${why.split('\n', 1)[0]}`);
  }
  if (json === undefined) return null;
  if (json.length > SIGNAL_LIMITS.value) throw tooLarge(name);
  const plain = JSON.parse(json) as unknown;
  if (typeof plain === 'string') return text(name, plain);
  if (!isSignalValue(plain)) throw tooDeep(name);
  return plain;
}

const tooLarge = (name: string) =>
  new SignalError(name, `is longer than ${SIGNAL_LIMITS.value / 1024} KiB; large things are no signals, split them up`);
const tooDeep = (name: string) => new SignalError(name, `is deeper than ${SIGNAL_LIMITS.depth} lists and objects`);
