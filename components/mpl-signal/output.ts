/** All that an element shows of its own: one text, or the slot, while there is none. */
export class Output {
  readonly #slot = document.createElement('slot');
  readonly #text = document.createTextNode('');
  #root: ParentNode | null = null;

  constructor(slotted: () => void) {
    this.#slot.addEventListener('slotchange', slotted);
  }

  attach(root: ParentNode): void {
    this.#root = root;
    root.append(this.#slot);
  }

  /** Shown in the slot while nothing is between the tags. */
  set placeholder(text: string) {
    if (this.#slot.textContent !== text) this.#slot.textContent = text;
  }

  /** Null where the slot is shown. */
  get text(): string | null {
    return this.#text.isConnected ? this.#text.data : null;
  }

  show(text: string | null): void {
    if (text !== null && this.#text.data !== text) this.#text.data = text;
    const node = text === null ? this.#slot : this.#text;
    if (this.#root?.lastChild !== node) this.#root?.replaceChildren(node);
  }
}

/** Sets the names for `:state(...)`, and no others. */
export function setStates({ states }: ElementInternals, names: ReadonlySet<string>): void {
  // Not in older browsers.
  if (!states) return;
  for (const name of states) if (!names.has(name)) states.delete(name);
  for (const name of names) states.add(name);
}
