/** The child that an element puts values into, and what has been put there. */

import type { SignalValue } from '../../transport/wire/signal-value.js';
import { warnOnce } from '../screen/values.js';
import { parseBind, type Target, write } from './bind.js';

export class Bound {
  #child: Element | null = null;
  /** By target, what was written last. */
  readonly #written = new Map<Target, SignalValue>();

  private constructor(
    readonly element: Element,
    readonly targets: readonly Target[],
    /** Calls `put` again, some time. */
    readonly again: () => void,
  ) {}

  /** What the attribute asks for; null where it asks for nothing. */
  static read(element: Element, bind: string | null | undefined, again: () => void): Bound | null {
    const { targets, problems } = parseBind(bind);
    for (const problem of problems) warnOnce(element, `${problem}.`);
    return targets.length > 0 ? new Bound(element, targets, again) : null;
  }

  /** Writes what is not there yet. `as` gives the value in the form that a target asks for. */
  put(as: (target: Target) => SignalValue): void {
    const child = this.#find();
    if (child === null) return warnOnce(this.element, 'bind has nothing to go to: put an element between its tags.');
    for (const target of this.targets) {
      const value = as(target);
      if (this.#written.has(target) && this.#written.get(target) === value) continue;
      this.#written.set(target, value);
      const problem = write(child, target, value);
      if (problem) warnOnce(this.element, `bind="${target.text}": ${problem}.`, `bind=${target.text}`);
    }
  }

  /** The element between the tags. Those that bind may lie in each other, around one for all. */
  #find(): Element | null {
    const { localName } = this.element;
    let child = this.element.firstElementChild;
    while (child?.localName === localName && child.hasAttribute('bind')) child = child.firstElementChild;
    if (child === this.#child) return child;
    this.#child = child;
    this.#written.clear();
    // Until it is defined, it has no properties of its own.
    if (child?.localName.includes('-') && !customElements.get(child.localName)) {
      void customElements.whenDefined(child.localName).then(() => {
        this.#written.clear();
        this.again();
      });
    }
    return child;
  }
}
