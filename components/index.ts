/**
 * `mpl-kit`: the elements as classes, their events and types. Importing it registers nothing and works in Node;
 * `mpl-kit/define/*.js` registers tags.
 */

export { Associated, type AssociatedHost } from './association/associated.js';
export { MplControlEvent } from './events/control-event.js';
export { MplErrorEvent } from './events/error-event.js';
export { MplInputEvent, type ScreenInput } from './events/input-event.js';
export {
  MplRequestEvent,
  type RequestCommand,
  type RequestEventMap,
  type ScreenCommand,
} from './events/request-event.js';
export { MplSignalEvent } from './events/signal-event.js';
export { MplStatsEvent } from './events/stats-event.js';
export { MplStatusEvent } from './events/status-event.js';
export { MplControls } from './mpl-controls/mpl-controls.js';
export { MplHost } from './mpl-host/mpl-host.js';
export { MplLayer } from './mpl-layer/mpl-layer.js';
export { MplSignal } from './mpl-signal/mpl-signal.js';
export { MplStats } from './mpl-stats/mpl-stats.js';
export { MplViewer } from './mpl-viewer/mpl-viewer.js';
export { MplScreen } from './screen/screen.js';
export type { Cover, ScreenState } from './screen/state.js';
export type { ScreenStats } from './screen/stats.js';
export { VERSION } from './version.js';
