import type { ScreenStats } from '../screen/stats.js';

/** `mpl-stats`: fresh figures, twice a second while the screen is connected and the page is in view. */
export class MplStatsEvent extends Event {
  declare readonly type: 'mpl-stats';

  constructor(readonly stats: ScreenStats) {
    super('mpl-stats', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-stats': MplStatsEvent;
  }
}
