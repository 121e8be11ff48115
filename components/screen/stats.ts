/** The figures of a screen: what `<mpl-stats>` shows, and any page may read. */

import type { LinkName, Receiver, Status, Transport } from '../../transport/receiver.js';
import type { TileWindow } from '../../transport/wire/messages.js';
import type { View } from '../render/index.js';
import type { PatternLoading } from './loading.js';
import type { Meter } from './meter.js';

export interface ScreenStats {
  status: Status;
  /** Why, in words; may be empty. */
  reason: string;
  /** The transport asked for. */
  transport: Transport;
  /** The link that carries the picture. */
  link: LinkName;
  /** Why that link, and no other; may be empty. */
  linkReason: string;
  /** Round trip to the other side of that link, ms; 0 = not known yet. */
  rtt: number;
  /** Since what is shown was captured at the source, ms. Grows while nothing changes there. */
  age: number;
  /** Version of the state held here. */
  version: number;
  /** Steps since the world was loaded. */
  generation: number;
  /** Steps a second, as the source measures them. */
  generationRate: number;
  /** Live cells, where the source knows; else null. */
  population: number | null;
  /** Size of the world in cells; 0 = not known yet. */
  width: number;
  height: number;
  /** The tiles of the world that are asked for and may be seen; null = all. */
  window: TileWindow | null;
  /** Frames drawn on this screen in the last second. */
  fps: number;
  /** Frames of state that arrived, a second. */
  streamFps: number;
  /** Kilobits of 1,000 bits that arrived, a second, over all links. */
  kbps: number;
  /** Tiles that changed at the source, a second. */
  tilesChanged: number;
  /** Tiles sent to this screen, a second. */
  tilesSent: number;
  /** Tiles drawn in the last frame. */
  tilesDrawn: number;
  /** Tiles in view whose newest content is not drawn yet, or has not come at all; not those that may not be seen. */
  tilesPending: number;
  /** Milliseconds the last frame took, and might have taken. */
  budgetUsed: number;
  budget: number;
  /** Times the connection was lost. */
  reconnects: number;
  /** Times the picture changed over to another link. */
  switches: number;
  renderer: 'webgl2' | 'canvas2d' | 'none';
  rendererReason: string;
  /** What computes the world, at the source, and why that; empty where not known. */
  engine: string;
  engineReason: string;
  /** Viewers of the channel, as the relay counts them. */
  viewers: number;
  /** How far a large pattern is on its way into the world; null where none is, or the world is elsewhere. */
  loading: PatternLoading | null;
}

/** All figures as they are now. */
export function collectStats(
  state: { status: Status; reason: string },
  receiver: Receiver | null,
  view: View | null,
  meter: Meter,
  transport: Transport,
): ScreenStats {
  const { grid, report, counts } = receiver ?? { grid: null, report: null, counts: null };
  const drawn = view?.stats;
  // What was told last is true no more once nobody tells.
  const told = state.status === 'live' || receiver?.link === 'memory' ? report : null;
  return {
    ...state,
    transport,
    link: receiver?.link ?? 'none',
    linkReason: receiver?.link === 'webrtc' ? 'the two pages reach each other' : (receiver?.linkReason ?? ''),
    rtt: receiver?.rtt ?? 0,
    age: receiver?.age ?? 0,
    version: receiver?.version ?? 0,
    generation: report?.generation ?? 0,
    generationRate: told?.rate ?? 0,
    population: report?.population ?? null,
    width: grid?.width ?? 0,
    height: grid?.height ?? 0,
    window: receiver?.wanted ?? null,
    fps: drawn?.fps ?? 0,
    streamFps: meter.rate('frames'),
    kbps: (meter.rate('bytes') * 8) / 1000,
    tilesChanged: told?.tilesChanged ?? 0,
    tilesSent: meter.rate('tiles'),
    tilesDrawn: drawn?.drawn ?? 0,
    tilesPending: drawn?.pending ?? 0,
    budgetUsed: drawn?.budgetUsed ?? 0,
    budget: view?.frameBudget ?? 0,
    reconnects: counts?.reconnects ?? 0,
    switches: counts?.switches ?? 0,
    renderer: drawn?.renderer ?? 'none',
    rendererReason: drawn?.why ?? '',
    engine: report?.engine ?? '',
    engineReason: report?.engineReason ?? '',
    viewers: receiver?.viewers ?? 0,
    loading: null,
  };
}
