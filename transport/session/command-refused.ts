import type { ControlReplyMessage } from '../wire/messages.js';

/** A command was not carried out, or not as far as is known. The message is for people. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';

  /**
   * @param retry where this is not the source's own word: whether the command is worth sending again
   * @param lost it may have come to a source whose answer was lost
   */
  constructor(
    reason: string,
    readonly retry?: boolean,
    readonly lost = false,
  ) {
    super(reason);
  }
}

/** The reply that tells of it. */
export function refusalOf(id: number, error: Error): ControlReplyMessage {
  const { retry, lost } = error instanceof CommandRefused ? error : { retry: undefined, lost: false };
  return { id, ok: false, reason: error.message, ...(retry !== undefined && { retry }), ...(lost && { lost }) };
}
