import type { ControlCommand } from '../../transport/wire/messages.js';

/** What a screen itself can do; the source is not asked. */
export type ScreenCommand =
  | { command: 'fit' }
  /** Zooms about the middle by this factor: above 1 is closer. */
  | { command: 'zoom'; factor: number }
  | { command: 'fullscreen' }
  /** The pointer paints cells, or moves the picture. */
  | { command: 'draw-mode'; on: boolean };

export type RequestCommand = ControlCommand | ScreenCommand;

/**
 * `mpl-play-request`, `mpl-speed-request` ...: somebody wants a screen to do something. The screen that it bubbles
 * through, or with which the control that sent it is associated, carries it out, unless it is prevented.
 */
export class MplRequestEvent<C extends RequestCommand = RequestCommand> extends Event {
  constructor(
    /** What is asked for, with its values: `{ command: 'speed', value: 60 }`. */
    readonly request: C,
    /** Already spoken for: screens that it bubbles through leave it alone. */
    public taken = false,
  ) {
    super(`mpl-${request.command}-request`, { bubbles: true, composed: true, cancelable: true });
  }
}

/** Names of all requests, for whoever listens to each. */
export const REQUESTS = (
  'play pause reset clear stop step speed rule wrap grid pattern soup draw controller fit zoom fullscreen draw-mode'.split(
    ' ',
  ) as RequestCommand['command'][]
).map((command) => `mpl-${command}-request` as const);

export type RequestEventMap = {
  [C in RequestCommand as `mpl-${C['command']}-request`]: MplRequestEvent<C>;
};

declare global {
  interface HTMLElementEventMap extends RequestEventMap {}
}
