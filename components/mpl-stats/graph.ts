/** A line over the last minute, on a canvas. */

/** Values kept: two a second, for a minute. */
const KEPT = 120;

export class Series {
  readonly values: number[] = [];

  add(value: number): void {
    this.values.push(Number.isFinite(value) ? value : 0);
    if (this.values.length > KEPT) this.values.shift();
  }
}

/** The top of a scale that holds `most`: 1, 2 or 5 times a power of ten, so that it seldom changes. */
export function scaleFor(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].find((step) => step * power >= most)! * power;
}

/** Draws in the color of the canvas, newest value at the right edge. */
export function drawSeries(canvas: HTMLCanvasElement, { values }: Series): void {
  const context = canvas.getContext('2d');
  const { clientWidth, clientHeight } = canvas;
  if (!context || clientWidth === 0) return;
  const ratio = devicePixelRatio || 1;
  const width = (canvas.width = Math.round(clientWidth * ratio));
  const height = (canvas.height = Math.round(clientHeight * ratio));
  const top = scaleFor(Math.max(...values));
  const line = 1.5 * ratio;
  const x = (i: number): number => width - ((values.length - 1 - i) * width) / (KEPT - 1);
  const y = (value: number): number => height - line - (Math.max(0, value) / top) * (height - 2 * line);
  context.strokeStyle = context.fillStyle = getComputedStyle(canvas).color;
  context.lineWidth = line;
  context.lineJoin = 'round';
  context.beginPath();
  for (const [i, value] of values.entries()) context.lineTo(x(i), y(value));
  context.stroke();
  context.lineTo(width, height);
  context.lineTo(x(0), height);
  context.globalAlpha = 0.14;
  context.fill();
}
