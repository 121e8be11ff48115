/** The objects that `publish()` and `receive()` return: signals by their names, and the state of the connection. */

export interface FaceParts {
  /** What begins with "_", by name. */
  state: { readonly [name: string]: () => unknown };
  /** Names of the signals there are. */
  names(): readonly string[];
  has(name: string): boolean;
  read(name: string): unknown;
  /** @throws where it cannot be set */
  write(name: string, value: unknown): void;
  /** For `for await`. */
  follow?(): AsyncIterableIterator<unknown>;
}

/** How Node shows an object on the console. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export function makeFace<T extends object>({ state, names, has, read, write, follow }: FaceParts): T {
  const isSignal = (key: PropertyKey): key is string => typeof key === 'string' && has(key);
  const values = () => Object.fromEntries(names().map((name) => [name, read(name)]));
  const symbols: Record<symbol, (() => unknown) | undefined> = {
    [Symbol.asyncIterator]: follow,
    [Symbol.toPrimitive]: () => JSON.stringify(values()),
  };
  // Node looks behind a proxy, at what it stands for.
  const target = Object.create(null, { [INSPECT]: { value: values, configurable: true } }) as T;
  return new Proxy(target, {
    get(_, key) {
      if (typeof key === 'symbol') return symbols[key];
      if (key.startsWith('_')) return Object.hasOwn(state, key) ? state[key]!() : undefined;
      // `JSON.stringify` asks every object for it.
      return key === 'toJSON' && !isSignal(key) ? undefined : read(key);
    },
    set(_, key, value) {
      if (typeof key === 'symbol') return false;
      write(key, value);
      return true;
    },
    has: (_, key) => isSignal(key) || (typeof key === 'string' && Object.hasOwn(state, key)),
    ownKeys: () => [...names()],
    getOwnPropertyDescriptor: (_, key) =>
      isSignal(key) ? { configurable: true, enumerable: true, writable: true, value: read(key) } : undefined,
    deleteProperty: () => false,
    defineProperty: () => false,
  });
}

/** @throws TypeError where this is no token, and gives none. It is not repeated. */
export function checkToken(token: unknown): void {
  if (token === undefined || typeof token === 'string' || typeof token === 'function') return;
  throw new TypeError('token is a text, or a function that gives one');
}

/** @throws TypeError that names an option there is not: one misspelt is one missing */
export function checkNames(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`there is no option "${unknown}"; there are ${known.join(', ')}`);
}
