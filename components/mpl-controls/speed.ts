/** The speed slider: logarithmic from 1 to 1000 generations a second, and at its end as fast as it goes (0). */

export const LAST = 100;
const TOP = 1000;

/** Position 0..100 to generations a second, rounded to what people would say. */
export function speedAt(position: number): number {
  if (position >= LAST) return 0;
  const exact = TOP ** (position / (LAST - 1));
  const step = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return Math.max(1, Math.round(exact / step) * step);
}

export const positionOf = (speed: number): number =>
  speed <= 0 || speed > TOP ? LAST : Math.max(0, Math.round((Math.log(speed) / Math.log(TOP)) * (LAST - 1)));

export const speedText = (speed: number): string => (speed === 0 ? 'max' : `${Math.round(speed * 10) / 10}/s`);
