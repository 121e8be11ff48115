/**
 * What a value from a stranger may be written into. A source is whoever has the channel: its values may change what a page
 * shows, and must not be able to run script in it, or to load what does.
 */

/** Whose text or attributes are script, or load some. */
const ELEMENTS = new Set(
  'script style link meta base object embed applet template noscript frame animate set animatemotion animatetransform'.split(
    ' ',
  ),
);

/** Properties and attributes that are markup, style, or permissions. Properties of an `on...` event are refused as well. */
const NAMES = new Set(
  'innerhtml outerhtml srcdoc style nonce is sandbox allow integrity http-equiv httpequiv innerhtmlunsafe'.split(' '),
);

/** Hold an address, by attribute or property. */
const ADDRESSES = new Set(
  'href xlink:href src srcset imagesrcset action formaction data poster ping cite background codebase manifest longdesc'.split(
    ' ',
  ),
);

/** Are shown or compared, and nothing else. */
const WORDS = /^(?:textcontent|innertext|value|title|alt|placeholder|label|aria-?\w*|data-.*|default\w+|content)$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers pass over them in front of and within a scheme.
const SCRIPT = /^[\u0000-\u0020]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:/i;

const PROTOCOLS = new Set(['http:', 'https:', 'blob:', 'mailto:', 'tel:', 'ws:', 'wss:']);
const PICTURE = /^data:image\//i;

/** Why nothing may be bound to this name, on any element; empty where something may. */
export function refusedName(name: string): string {
  const low = name.toLowerCase();
  if (/^on/.test(low)) return `"${name}" may hold script`;
  if (low.startsWith('__') || low === 'prototype' || low === 'constructor') return `"${name}" is no property to set`;
  return NAMES.has(low) ? `"${name}" is not for values of others` : '';
}

/** Why nothing may be bound to this element; empty where something may. */
export const refusedElement = ({ localName }: Element): string =>
  ELEMENTS.has(localName.toLowerCase()) ? `nothing can be bound to <${localName}>` : '';

/** Why this value may not be written there; empty where it may. */
export function refusedValue(element: Element, name: string, value: unknown): string {
  const low = name.toLowerCase();
  // Whatever becomes a string on its way may be an address: a list of one is.
  const text = typeof value === 'string' ? value : typeof value === 'object' && value !== null ? String(value) : '';
  if (text === '') return '';
  if (!ADDRESSES.has(low)) return !WORDS.test(low) && SCRIPT.test(text) ? `"${name}" takes no script` : '';
  const many = low.endsWith('srcset') || low === 'ping';
  const wrong = (many ? text.split(/[\s,]+/) : [text]).find((address) => !isAddress(element, address));
  return wrong === undefined ? '' : `"${name}" takes no ${JSON.stringify(wrong.slice(0, 40))}`;
}

function isAddress(element: Element, text: string): boolean {
  try {
    const url = new URL(text, document.baseURI);
    return PROTOCOLS.has(url.protocol) || (PICTURE.test(url.href) && /^(?:img|image)$/i.test(element.localName));
  } catch {
    // No browser goes there either; but what is relative to something odd is nobody's intention.
    return false;
  }
}
