import type { LinkName, Status } from '../../transport/receiver.js';

/** `mpl-status`: a screen has another status, another reason for it, or its picture comes by another link. */
export class MplStatusEvent extends Event {
  declare readonly type: 'mpl-status';

  constructor(
    readonly status: Status,
    /** Why, in words for a person; empty where nothing is to be said. */
    readonly reason: string,
    readonly link: LinkName,
  ) {
    super('mpl-status', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-status': MplStatusEvent;
  }
}
