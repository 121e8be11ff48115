/**
 * What joins relays: topics that carry messages from node to node, and keys that they share.
 *
 * A topic is at most once and in order of each publisher: whoever needs more counts. Names are short text; values and
 * messages are bytes, and are not changed after they were given.
 */
export interface Bus {
  /** Are messages carried now? */
  readonly up: boolean;
  /** Why not, in words for a person; empty while it is up. */
  readonly why: string;
  /** Called whenever `up` has changed, or `why`. Messages may have been lost while it was not up. */
  onstate: (() => void) | null;

  /** Resolves when the bus has taken the message. @throws BusError if it did not, or nobody knows */
  publish(topic: string, message: Uint8Array): Promise<void>;
  /**
   * Calls `listener` with each message of a topic, until `unsubscribe`; it outlives times when the bus is down. Resolves
   * when no message published from now on is missed.
   * @throws BusError if that cannot be said now; it is subscribed to all the same as soon as the bus is up
   */
  subscribe(topic: string, listener: (message: Uint8Array) => void): Promise<void>;
  unsubscribe(topic: string): void;

  /** The value of a key; null where there is none. @throws BusError */
  get(key: string): Promise<Uint8Array | null>;
  /** Sets a key, for so many milliseconds. @throws BusError */
  set(key: string, value: Uint8Array, ms: number): Promise<void>;
  /** @throws BusError */
  delete(key: string): Promise<void>;
  /**
   * Compares and sets, in one step: where the key holds `expect` (null: nothing), it holds `value` from now on, for so many
   * milliseconds (null: nothing). Resolves with what it held before, so it was done if that is `expect`.
   * @throws BusError if nobody knows whether it was done
   */
  swap(key: string, expect: string | null, value: string | null, ms: number): Promise<string | null>;

  /** Lets go of everything. */
  close(): Promise<void>;
}

/** The bus did not do it, or was lost before it said whether it did. */
export class BusError extends Error {
  override readonly name = 'BusError';
}
