import type { ControlStateMessage } from '../../transport/wire/messages.js';

/** `mpl-control`: the source told how it stands: playing or paused, speed, rule, grid, and who may steer. */
export class MplControlEvent extends Event {
  declare readonly type: 'mpl-control';

  constructor(readonly control: ControlStateMessage) {
    super('mpl-control', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-control': MplControlEvent;
  }
}
