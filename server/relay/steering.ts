/** Commands of viewers, on their way to the source. The relay says on whose behalf, remembers none, and answers for what it has lost. */

import { CommandRefused } from '../../transport/session/command-refused.js';
import type { ReceiverEnd } from '../../transport/session/receiver-end.js';
import type { SourceEnd } from '../../transport/session/source-end.js';
import type { ControlMessage } from '../../transport/wire/messages.js';

/**
 * Hands a command on; resolves when the source has carried it out. Rejects with `CommandRefused`.
 * @param source null while it is away; undefined where several share the channel
 */
export async function handOn(
  message: ControlMessage,
  viewer: SourceEnd,
  source: ReceiverEnd | null | undefined,
): Promise<void> {
  const { session, name, rights, vouched } = viewer;
  // Not the last word: another copy may have come to the source directly, while the viewer had the right.
  if (vouched?.control === false) throw new CommandRefused('the token that was shown does not grant to steer', false);
  if (source === undefined) throw new CommandRefused('several sources share this channel: none can be steered', false);
  if (source === null) throw new CommandRefused('the source is away', true);
  const { id, from: told, ...command } = message;
  // Another relay of ours has asked its viewer for all of this.
  if (viewer.relay && told) return source.command({ ...command, from: told });
  // A token for the relay is not for the source to see.
  if (vouched) delete command.token;
  // What a viewer says of itself in `from` is no more than its own word.
  const from = { session, id, control: rights.control, ...(name !== undefined && { name }) };
  return source.command({ ...command, from });
}
