/** This page is a source: it publishes how often each of its timers has run. */
import { effect, every, publish } from '/mpl.js';

const INTERVALS = [50, 100, 200, 250, 500, 1000, 2000, 3000, 5000, 10_000, 30_000, 60_000];
const names = INTERVALS.map((ms) => `t${ms}`);
const timers = publish('timers', { output: [...names, 'total', 'rate', 'seconds'] });
const began = performance.now();

for (const ms of INTERVALS) {
  timers[`t${ms}`] = 0;
  every(ms, () => {
    timers[`t${ms}`]++;
  });
}
timers.total = () => names.reduce((sum, name) => sum + timers[name], 0);
timers.seconds = () => timers.t1000;
timers.rate = () => (timers.total / (performance.now() - began)) * 1000;

const role = document.querySelector('#role');
effect(() => {
  const { _status, _viewers, _reason } = timers;
  if (_status === 'live') role.textContent = `This page is the source. Receivers: ${_viewers}.`;
  // Another page has the channel: this one tries again, and takes over when that one is closed.
  else
    role.textContent = _status === 'failed' ? 'Another page is the source; this one reads along.' : _reason || _status;
});
