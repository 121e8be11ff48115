/** What somebody did to the picture. */
export type ScreenInput =
  /** Painted cells, as x, y, x, y ... They go to the source unless the event is prevented. */
  | { kind: 'draw'; cells: readonly number[]; alive: boolean }
  /** Moved the picture by hand: the cell at its centre, and CSS pixels a cell. */
  | { kind: 'view'; x: number; y: number; scale: number };

/** `mpl-input`: somebody painted on the picture (cancelable) or moved it. */
export class MplInputEvent extends Event {
  declare readonly type: 'mpl-input';

  constructor(readonly input: ScreenInput) {
    super('mpl-input', { bubbles: true, composed: true, cancelable: input.kind === 'draw' });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-input': MplInputEvent;
  }
}
