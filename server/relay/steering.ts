/** Commands of viewers, on their way to the source. The relay says on whose behalf, remembers none, and answers for what it has lost. */

import { CommandRefused } from '../../transport/session/command-refused.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import type { ControlMessage } from '../../transport/wire/messages.js';

/** Hands a command on; resolves when the source has carried it out. Rejects with `CommandRefused`. */
export function handOn(message: ControlMessage, viewer: SourceEnd, source: ReceiverEnd | null): Promise<void> {
  if (source === null) return Promise.reject(new CommandRefused('the source is away', true));
  // What a viewer says of itself in `from` is no more than its own word.
  const { id, from: _, ...command } = message;
  const { session, name, rights } = viewer;
  const from = { session, id, control: rights.control, ...(name !== undefined && { name }) };
  return source.command({ ...command, from });
}
