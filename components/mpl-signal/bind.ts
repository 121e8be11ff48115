/**
 * `bind="..."`: where in its child an element puts a value. Parted by blanks, each of
 *
 *     value       the property, where the child has one that can be set; else the attribute
 *     @title      the attribute; null or false takes it away, true leaves it empty
 *     --hue       a custom property of its style
 *     .hot        a class, on while the value is true, not 0 and not empty
 *
 * and behind a colon, a format of its own, or "raw" for the value itself: `bind="value @aria-label:percent"`.
 */

import type { SignalValue } from '../../transport/wire/signal-value.js';
import { FORMATS, isFormat } from './format.js';
import { refusedElement, refusedName, refusedValue } from './safe.js';

export interface Target {
  readonly kind: 'property' | 'attribute' | 'style' | 'class';
  readonly name: string;
  /** As it was written, for people. */
  readonly text: string;
  /** A format of its own, "raw" for none; undefined for that of the element. */
  readonly format: string | undefined;
}

const GRAMMAR = /^(@|--|\.|)([A-Za-z_][\w-]*)(?::(.+))?$/;
const KINDS = { '@': 'attribute', '--': 'style', '.': 'class', '': 'property' } as const;

/** Reads the attribute. What it cannot mean is left out, with a sentence for people. */
export function parseBind(bind: string | null | undefined): { targets: Target[]; problems: string[] } {
  const targets: Target[] = [];
  const problems: string[] = [];
  for (const text of bind?.split(/\s+/).filter(Boolean) ?? []) {
    const match = GRAMMAR.exec(text);
    const [, mark = '', name = '', format] = match ?? [];
    const kind = KINDS[mark as keyof typeof KINDS];
    const named = kind === 'property' || kind === 'attribute' ? refusedName(name) : '';
    if (match === null) problems.push(`bind="${text}" is none of: property, @attribute, --custom-property, .class`);
    else if (named) problems.push(`bind="${text}" is refused: ${named}`);
    else if (format !== undefined && format !== 'raw' && !isFormat(format)) {
      problems.push(`bind="${text}" has no format behind its colon: expected raw, ${FORMATS}`);
    } else targets.push({ kind, name: kind === 'style' ? `--${name}` : name, text, format });
  }
  return { targets, problems };
}

/** Has it, or what it descends from, a property of this name that can be set and is no method? */
function settable(element: Element, name: string): boolean {
  for (let at: object | null = element; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own === undefined) continue;
    return own.set !== undefined || (own.writable === true && typeof own.value !== 'function');
  }
  return false;
}

/**
 * Writes a value, as it is or as text, where the target says. Never throws.
 * @returns why it could not, in words for people; empty where it could
 */
export function write(element: Element, target: Target, value: SignalValue): string {
  const { kind, name } = target;
  try {
    const named = kind === 'property' || kind === 'attribute';
    const refused = refusedElement(element) || (named ? refusedValue(element, name, value) : '');
    if (refused === '') put(element, target, value);
    return refused;
  } catch (error) {
    return `<${element.localName}> does not take ${JSON.stringify(value)?.slice(0, 40)}: ${(error as Error).message}`;
  }
}

function put(element: Element, { kind, name }: Target, value: SignalValue): void {
  if (kind === 'class') element.classList.toggle(name, Boolean(value));
  else if (kind === 'style') setStyle((element as HTMLElement).style, name, value);
  else if (kind === 'property' && settable(element, name)) setProperty(element, name, value);
  else setAttribute(element, name, value);
}

const asText = (value: SignalValue): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function setStyle(style: CSSStyleDeclaration, name: string, value: SignalValue): void {
  if (value === null) style.removeProperty(name);
  else style.setProperty(name, asText(value));
}

function setProperty(element: Element, name: string, value: SignalValue): void {
  // A copy: what the element does with it is not to change what the stream holds.
  (element as unknown as Record<string, SignalValue>)[name] =
    typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

function setAttribute(element: Element, name: string, value: SignalValue): void {
  if (value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : asText(value));
}
