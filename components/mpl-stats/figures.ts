/** The figures as people read them. */

import { loadingText } from '../screen/loading.js';
import type { ScreenStats } from '../screen/stats.js';

export interface Figure {
  name: string;
  value: string;
  /** Why it is so, or what it counts. */
  why?: string;
}

const LINKS = { webrtc: 'WebRTC', websocket: 'WebSocket', memory: 'in this page', none: 'no link' };
const RENDERERS = { webgl2: 'WebGL 2', canvas2d: 'Canvas 2D', none: 'none' };

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** Two digits below ten, none after the point above. */
export const number = (value: number): string => (Math.abs(value) < 10 ? fine : whole).format(value);

export function duration(ms: number): string {
  if (ms < 1000) return `${number(ms)} ms`;
  return ms < 120_000 ? `${number(ms / 1000)} s` : `${number(ms / 60_000)} min`;
}

export const bits = (kbps: number): string =>
  kbps < 1000 ? `${number(kbps)} kbit/s` : `${number(kbps / 1000)} Mbit/s`;

/** A world that stands still has no picture that gets old. */
export const ageText = ({ age, generationRate }: ScreenStats): string =>
  age > 0 && generationRate > 0 ? duration(age) : '–';

export const linkText = ({ link }: ScreenStats): string => LINKS[link];

export const speedText = ({ generationRate }: ScreenStats): string => `${number(generationRate)}/s`;

/** The part of the world that flows. */
export const windowText = ({ window, width }: ScreenStats): string => {
  if (width === 0) return '–';
  if (window?.width === 0) return 'none';
  return window ? `${window.width} × ${window.height} tiles` : 'all tiles';
};

export function figures(stats: ScreenStats): Figure[] {
  const { width, height, population, loading } = stats;
  return [
    ...(loading ? [{ name: 'Pattern', value: loadingText(loading) }] : []),
    { name: 'Status', value: stats.status, why: stats.reason },
    { name: 'Link', value: linkText(stats), why: stats.linkReason },
    { name: 'Round trip', value: stats.rtt > 0 ? duration(stats.rtt) : '–' },
    { name: 'Age of picture', value: ageText(stats) },
    { name: 'Generation', value: whole.format(stats.generation) },
    { name: 'Generations', value: speedText(stats) },
    { name: 'Population', value: population === null ? '–' : whole.format(population) },
    { name: 'World', value: width ? `${width} × ${height}` : '–' },
    { name: 'Window', value: windowText(stats), why: 'what is asked for: what is in view, and a little more' },
    { name: 'Frames drawn', value: `${number(stats.fps)}/s` },
    { name: 'Frames received', value: `${number(stats.streamFps)}/s` },
    { name: 'Data', value: bits(stats.kbps) },
    { name: 'Tiles changed', value: `${number(stats.tilesChanged)}/s` },
    { name: 'Tiles sent', value: `${number(stats.tilesSent)}/s` },
    { name: 'Tiles drawn', value: `${whole.format(stats.tilesDrawn)} last frame` },
    { name: 'Tiles pending', value: whole.format(stats.tilesPending) },
    { name: 'Budget used', value: `${number(stats.budgetUsed)} of ${number(stats.budget)} ms` },
    { name: 'Viewers', value: whole.format(stats.viewers) },
    { name: 'Reconnects', value: whole.format(stats.reconnects) },
    { name: 'Changes of link', value: whole.format(stats.switches) },
    { name: 'Version', value: whole.format(stats.version) },
    { name: 'Engine', value: stats.engine || '–', why: stats.engineReason },
    { name: 'Renderer', value: RENDERERS[stats.renderer], why: stats.rendererReason },
  ];
}
