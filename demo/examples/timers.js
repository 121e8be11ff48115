/** This page is a source: it publishes how often each timer has run. */
import { effect, every, publish } from '/mpl.js';

const SECONDS = [0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60];
const INTERVALS = SECONDS.map((seconds) => seconds * 1000);
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
  // It tries again all the time, and takes over when the other page is closed.
  else if (_status === 'failed') role.textContent = 'Another page is the source; this one reads along.';
  else role.textContent = _reason || 'Looking for the relay…';
});
