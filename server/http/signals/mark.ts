/**
 * Names one state of some signals: the ETag of an answer, and the id of an event. Who shows one again is told only what
 * changed since, if it still can be told.
 */

import { createHash } from 'node:crypto';
import type { SignalTable } from '../../../transport/index.js';

/** `epoch.version.names`, in base 36 the numbers, and a hash of which signals there are. */
export const markOf = (epoch: number, version: number, names: string): string =>
  `${epoch.toString(36)}.${version.toString(36)}.${names}`;

/** A signal that went away changes no version, so a state is told by its names too. */
export const hashNames = (names: Iterable<string>): string =>
  createHash('sha1')
    .update(JSON.stringify([...names]))
    .digest('base64url')
    .slice(0, 10);

/** Names of the signals in view, in the order in which they are announced. */
export const namesIn = (table: SignalTable, select: ReadonlySet<string> | null): string[] =>
  select === null ? table.names() : table.names().filter((name) => select.has(name));

/** What `mark` says is held of these signals; undefined where it is too new, of another epoch or of other names. */
export function heldOf(
  mark: string | undefined,
  table: SignalTable,
  select: ReadonlySet<string> | null,
): { epoch: number; version: number } | undefined {
  const [epoch = '', version = '', names] = (mark ?? '').split('.');
  const held = { epoch: Number.parseInt(epoch, 36), version: Number.parseInt(version, 36) };
  const fits = held.epoch === table.epoch && held.version >= 0 && held.version <= table.version;
  return fits && names === hashNames(namesIn(table, select)) ? held : undefined;
}
