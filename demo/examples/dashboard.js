/** Draws the walk. Everything else on the page is tags. */
import { effect, receive } from '/mpl.js';

const MIDDLE = 20;
const line = document.querySelector('#walk');
const stats = receive('stats', { select: ['recent'] });

effect(() => {
  const recent = stats.recent ?? [];
  const most = Math.max(3, ...recent.map(Math.abs));
  const height = (value) => MIDDLE - (value / most) * (MIDDLE - 1);
  const points = recent.map((value, i) => `${120 - recent.length + i},${height(value).toFixed(1)}`);
  line.setAttribute('points', points.join(' '));
});
