/** What a program keeps on a published channel, by name: values, derived values, signals it brought along. */

import { type ReadonlySignal, Signal, signal } from '@preact/signals-core';
import { computed, isDerived } from './cause.js';

interface Cell {
  /** What was set: a value, or the signal that stands for it. */
  readonly held: Signal<unknown>;
  /** What is read: stays the same whatever is set, so that whoever follows it goes on. */
  readonly shown: ReadonlySignal<unknown>;
}

export class Cells {
  readonly #cells = new Map<string, Cell>();

  /** What is read under this name; undefined before anything was set. */
  shown(name: string): ReadonlySignal<unknown> {
    return this.#cell(name).shown;
  }

  has(name: string): boolean {
    return this.#cells.has(name);
  }

  names(): string[] {
    return [...this.#cells.keys()];
  }

  /** Is this the very value that is held already? */
  holds(name: string, value: unknown): boolean {
    return Object.is(this.#cell(name).held.peek(), value);
  }

  /** Sets a value; a function is a derived value; a signal is taken as it is, and set from then on, if it can be. */
  set(name: string, value: unknown): void {
    const { held } = this.#cell(name);
    if (typeof value === 'function') {
      held.value = computed(value as () => unknown);
      return;
    }
    const before = held.peek();
    if (before instanceof Signal && !(value instanceof Signal) && !isDerived(before)) before.value = value;
    else held.value = value;
  }

  #cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      const held = signal<unknown>(undefined, { name });
      const shown = computed(() => (held.value instanceof Signal ? held.value.value : held.value));
      cell = { held, shown };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}
