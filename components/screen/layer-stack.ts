/** What a viewer knows of the layers in it. The code is theirs: the first of them brings it along. */

import type { Frame } from '../render/index.js';
import type { ScreenState } from './state.js';

export interface LayerStack {
  /** How the layers stand, taken together. */
  readonly state: ScreenState;
  /** What the layers with pictures are called, in their order. */
  readonly names: readonly string[];
  /** One of them has a picture. */
  readonly pictured: boolean;
  /** The ground was drawn like this: all layers go there in the same turn. */
  follow(frame: Frame): void;
  /** The ground has other settings, some of which are the layers' as well. */
  changed(): void;
  /** Connects at once those that wait to try again, have failed or have ended. */
  retry(): void;
}
