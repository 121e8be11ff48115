/** What attributes may say, and what happens where one says something else: one warning, and the default. */

import type { PropertyValues, ReactiveElement } from 'lit';
import { parseColor } from '../render/colors.js';

/** What the value of one property may be. */
export interface ValueRule {
  /** For people: `"auto", "p2p" or "relay"`. */
  expects: string;
  ok: (value: never) => boolean;
  /** Taken instead of what may not be. */
  fallback?: unknown;
  /** The fallback for people, where its value would tell them nothing: `all of the picture`. */
  instead?: string;
}

/** Rules by name of property. */
export type ValueRules = Readonly<Record<string, ValueRule>>;

export const oneOf = (...values: string[]): ValueRule => ({
  expects: `${values.map((value) => `"${value}"`).join(', ')}`,
  ok: (value) => values.includes(value),
  fallback: values[0],
});

/** A number within limits, both allowed; without a number there is no such setting. */
export const within = (low: number, high: number, whole = false): ValueRule => ({
  expects: `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`,
  ok: (value: number) => value >= low && value <= high && (!whole || Number.isInteger(value)),
});

/** Names of channels; the relay allows the same. */
export const CHANNEL = /^[A-Za-z0-9._~-]{1,64}$/;

/**
 * CSS colors, the first for living, the last for dead cells, those between for values between, or null. Blanks within
 * brackets do not part them.
 */
export function splitColors(text: string): string[] | null {
  const parts = text.trim().match(/(?:[^\s(]+(?:\([^)]*\))?)+/g) ?? [];
  return parts.length >= 2 && parts.length <= 16 && parts.every((part) => parseColor(part)) ? parts : null;
}

export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** An element, for people to find it: `<mpl-host id="world">`. */
export const tagOf = (element: Element): string => `<${element.localName}${element.id && ` id="${element.id}"`}>`;

/** Checks what has changed; call it in `willUpdate`. Never throws: that would leave an element half configured. */
export function checkValues(element: ReactiveElement, rules: ValueRules, changed: PropertyValues): void {
  const values = element as unknown as Record<string, unknown>;
  for (const name of [...changed.keys()] as string[]) {
    const rule = Object.hasOwn(rules, name) ? rules[name]! : undefined;
    const value = values[name];
    if (rule === undefined || (value !== null && value !== undefined && rule.ok(value as never))) continue;
    if (value !== null && value !== undefined && value !== rule.fallback) warn(element, kebab(name), value, rule);
    values[name] = rule.fallback;
  }
}

function warn(element: Element, attribute: string, value: unknown, { expects, fallback, instead }: ValueRule): void {
  const key = `${attribute}=${JSON.stringify(element.getAttribute(attribute) ?? value)}`;
  const taken = instead ?? ((fallback ?? null) === null ? '' : `"${fallback}"`);
  warnOnce(element, `${key} may not be: expected ${expects}${taken && `; it is ${taken} instead`}.`, key);
}

const warned = new WeakMap<object, Set<string>>();

/** Says in the console what is wrong with an element: once each, or once for each `key`. */
export function warnOnce(element: Element, text: string, key = text): void {
  const known = warned.get(element) ?? new Set();
  if (known.has(key)) return;
  warned.set(element, known.add(key));
  console.warn(`${tagOf(element)}: ${text}`, element);
}
