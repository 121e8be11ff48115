/** What is measured, said in the same way of each: a relay, sources that set numbers, receivers that hear of them. */

export type Values = Record<string, number>;

/** A value that follows from others. */
export type Derive = (read: (name: string) => number) => number;

export interface SourceOptions {
  /** All values to begin with, those that are derived apart. */
  first: Values;
  derived: Readonly<Record<string, Derive>>;
}

/** A source: takes what one tick changed. */
export type Sink = (changes: Values) => void;

export interface Tap {
  /** Messages with news that came. */
  readonly frames: number;
  /** All values as they are known here. */
  values(): Values;
  close(): void;
}

/** Called with every value that has changed, and at the beginning with all. */
export type Heard = (name: string, value: number) => void;

export interface ReceiverOptions {
  /** These are followed; by default all. */
  names?: readonly string[];
  /** Only these are asked for; for the kit alone. */
  select?: readonly string[];
}

export interface Kit {
  /** Starts a relay on a free port; its URL. */
  relay(): Promise<string>;
  source(url: string, channel: string, options: SourceOptions): Promise<Sink>;
  /** Resolves once all values are there. */
  receiver(url: string, channel: string, heard: Heard, options?: ReceiverOptions): Promise<Tap>;
  /** Receives a channel, adds one to its value `x`, and publishes that as another. */
  layer(url: string, from: string, to: string): Promise<void>;
}

/** A source of a kit that knows no derived values works them out for itself. */
export function deriving({ first, derived }: SourceOptions, send: Sink): { all: Values; set: Sink } {
  const all = { ...first };
  const derive = (into: Values) => {
    for (const [name, how] of Object.entries(derived)) into[name] = all[name] = how((other) => all[other]!);
    return into;
  };
  derive(all);
  return {
    all,
    set(changes) {
      Object.assign(all, changes);
      send(derive(changes));
    },
  };
}

/** A layer of a kit that has none of its own. */
export async function plainLayer(kit: Pick<Kit, 'source' | 'receiver'>, url: string, from: string, to: string) {
  const send = await kit.source(url, to, { first: { x: 0 }, derived: {} });
  await kit.receiver(url, from, (_, value) => send({ x: value + 1 }));
}
