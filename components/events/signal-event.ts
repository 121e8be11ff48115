import type { SignalValue } from '../../transport/wire/signal-value.js';

/** `mpl-signal`: the value that an element shows is another one. At most once a frame, with the newest. */
export class MplSignalEvent extends Event {
  declare readonly type: 'mpl-signal';

  constructor(
    /** Name of the signal. */
    readonly name: string,
    /** Lists and objects are the stream's own: to be read, not to be changed. */
    readonly value: SignalValue,
    /** What was shown before; undefined for nothing. */
    readonly previous: SignalValue | undefined,
  ) {
    super('mpl-signal', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-signal': MplSignalEvent;
  }
}
