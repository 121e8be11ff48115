import type { PatternLoading } from '../screen/loading.js';

/** `mpl-loading`: a large pattern is that far on its way into the world; null: it is there, or is not wanted any more. */
export class MplLoadingEvent extends Event {
  declare readonly type: 'mpl-loading';

  constructor(readonly loading: PatternLoading | null) {
    super('mpl-loading', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'mpl-loading': MplLoadingEvent;
  }
}
