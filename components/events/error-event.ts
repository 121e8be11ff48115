/** `mpl-error`: something went wrong that a page may want to know of. The element deals with it as well as it can. */
export class MplErrorEvent extends Event {
  declare readonly type: 'mpl-error';

  constructor(
    readonly message: string,
    /** The element tries again by itself. */
    readonly retryable: boolean,
    readonly cause?: unknown,
    /** A close code (`transport/wire/codes.ts`), or 0 where none applies. */
    readonly code = 0,
  ) {
    super('mpl-error', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-error': MplErrorEvent;
  }
}
