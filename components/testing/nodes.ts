/**
 * Lets a test that compares elements fail in words. As they are, a failure carries both to the runner, which writes down all
 * that hangs on them, the whole page with it, and does not come to an end.
 */

import type { chai as whole } from '@open-wc/testing';
// Not the whole: that would look for mocha, to clean up after each test, before it is there.
import * as pure from '@open-wc/testing/pure';

// Its types say less than there is.
const { chai } = pure as unknown as { chai: typeof whole };

const isNode = (value: unknown): value is Node => value instanceof Node;
const holdsNode = (value: unknown): boolean => isNode(value) || (Array.isArray(value) && value.some(isNode));

/** As it stands in a page, without what is in it. */
function tell(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tell).join(', ')}]`;
  if (value instanceof Element) {
    const attributes = Array.from(value.attributes, ({ name, value }) => ` ${name}="${value}"`);
    return `<${value.localName}${attributes.join('')}>`;
  }
  return isNode(value) ? value.nodeName : String(value);
}

const same = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((item, i) => item === b[i]) : a === b;

chai.use(({ Assertion }, { flag }) => {
  Assertion.overwriteMethod('equal', (compare: (this: object, ...args: unknown[]) => void) => {
    return function (this: Chai.AssertionStatic, expected: unknown, ...rest: unknown[]) {
      const actual: unknown = flag(this, 'object');
      if (!holdsNode(actual) && !holdsNode(expected)) return compare.call(this, expected, ...rest);
      const [is, shall] = [tell(actual), tell(expected)];
      this.assert(same(actual, expected), `expected ${is} to be ${shall}`, `expected it not to be ${is}`, shall, is);
    };
  });
});
