/** JSON payloads are checked field by field before anyone sees them; what nobody knows is not passed on. */

import { readJson, writeJson } from './bytes.js';
import { WireError } from './errors.js';

export type Check = (value: unknown) => boolean;

/** Checks of an object's fields: it is also a pattern of what may be taken from it. */
export type Fields = Record<string, Check & { fields?: Fields; words?: boolean }>;

export const string: Check = (v) => typeof v === 'string' && v.length <= 4096;
/** Words for people. They may come from a program that says too much: more than this many characters are not sent. */
export const words: Fields[string] = Object.assign((v: unknown) => string(v), { words: true });
const MOST_WORDS = 500;
export const text: Check = (v) => typeof v === 'string';
export const finite: Check = (v) => typeof v === 'number' && Number.isFinite(v);
export const natural: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
export const boolean: Check = (v) => typeof v === 'boolean';
export const one =
  (...values: unknown[]): Check =>
  (v) =>
    values.includes(v);
export const optional = (check: Fields[string]): Fields[string] =>
  Object.assign((v: unknown) => v === undefined || check(v), { fields: check.fields, words: check.words });
export const integers: Check = (v) => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n));
export const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
export const object = (fields: Fields): Fields[string] =>
  Object.assign((v: unknown) => isObject(v) && wrongField(v, fields) === undefined, { fields });

/** The fields that were checked, and no others: what nobody knows is not passed on. */
export function known(value: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, { fields: inner }] of Object.entries(fields)) {
    if (!Object.hasOwn(value, name)) continue;
    const field = value[name];
    out[name] = inner && isObject(field) ? known(field, inner) : field;
  }
  return out;
}

export const wrongField = (value: Record<string, unknown>, fields: Fields): string | undefined =>
  Object.keys(fields).find((name) => !fields[name]!(Object.hasOwn(value, name) ? value[name] : undefined));

/** The same, with words for people cut where they are too many: whoever is told too much would take none of it. */
function cut<T extends object>(message: T, fields: Fields): T {
  let out = message;
  for (const [name, { fields: inner, words }] of Object.entries(fields)) {
    const field: unknown = message[name as keyof T];
    const long = words && typeof field === 'string' && field.length > MOST_WORDS;
    const fit = long ? `${field.slice(0, MOST_WORDS - 1)}…` : inner && isObject(field) ? cut(field, inner) : field;
    if (fit !== field) out = { ...out, [name]: fit };
  }
  return out;
}

/** A JSON message type: how to write one, and how to read one that may be anything. */
export function json<T extends object>(name: string, fields: Fields) {
  return {
    encode: (message: T): Uint8Array => writeJson(cut(message, fields)),
    decode(payload: Uint8Array): T {
      const value = readJson(payload);
      const wrong = wrongField(value, fields);
      if (wrong !== undefined)
        throw new WireError(`${name}.${wrong} is ${show(value[wrong], wrong)}, which it may not be`);
      return known(value, fields) as T;
    },
  };
}

/** Errors are told and logged: what these say is not repeated in them. */
const SECRET = new Set(['token', 'claim', 'session']);

/** A value of a field in an error. Objects may be of any depth, and are only named. */
export function show(value: unknown, name = ''): string {
  if (value === undefined) return 'missing';
  if (SECRET.has(name) && typeof value === 'string') return 'a text';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value).slice(0, 80);
}
