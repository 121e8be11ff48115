/** The start page: names the channel, fills in what is measured, and gives the list of things to try its buttons. */

import { channelOfTab, moveIfTaken, showChannel } from './channel.js';
import { compareDigests } from './compare.js';
import { enableCopying } from './copy.js';
import { enableMini } from './mini.js';
import { enableTokens } from './token.js';

const at = (id) => document.getElementById(id);
const host = at('world');
const view = at('view');

// This module runs before the kit: the tags wake up with the right name.
function use(channel) {
  for (const screen of document.querySelectorAll('mpl-host, mpl-viewer')) screen.setAttribute('channel', channel);
  showChannel(channel);
  at('channel-note').hidden = channel === 'demo';
  at('channel-note').querySelector('b').textContent = channel;
}
use(channelOfTab());
moveIfTaken(host, use);
enableTokens([host, view]);
enableMini(at('mini'), document.querySelector('.pair'), view);
enableCopying(() => host.getAttribute('channel'));
at('loopback').hidden = !/^(localhost|127\.|\[::1\])/.test(location.hostname);

const LINKS = { webrtc: 'WebRTC', websocket: 'WebSocket' };
const number = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits });

view.addEventListener('mpl-stats', ({ stats }) => {
  const { status, generationRate, streamFps, kbps, width, height } = stats;
  if (status !== 'live' || streamFps === 0) return;
  const whole = (width * height * streamFps) / 1000;
  const b = (text) => Object.assign(document.createElement('b'), { textContent: text });
  at('wire').replaceChildren(
    'Between the two, measured here and now: ',
    b(`${number(generationRate)} generations/s`),
    ' in ',
    b(`${number(streamFps)} frames/s`),
    ' and ',
    b(`${number(kbps, kbps < 10 ? 1 : 0)} kbit/s`),
    ` by ${LINKS[stats.link] ?? stats.link}. Sent whole, at one bit a cell, they would take `,
    b(`${number(whole)} kbit/s`),
    '.',
  );
});

const showDrawing = () => at('draw').setAttribute('aria-pressed', String(host.drawing === true));
host.addEventListener('mpl-stats', showDrawing);
at('draw').addEventListener('click', () => {
  host.drawing = !host.drawing;
  showDrawing();
  if (host.drawing) host.scrollIntoView({ block: 'center' });
});

at('lean').addEventListener('click', () => {
  view.scrollIntoView({ block: 'center' });
  view.focus({ preventScroll: true });
});

at('patterns').addEventListener('click', ({ target }) => {
  const { pattern = '', grid, wrap = 'torus' } = target.closest('button')?.dataset ?? {};
  if (!grid) return;
  if (pattern) host.setAttribute('pattern', pattern);
  else host.removeAttribute('pattern');
  host.setAttribute('grid', grid);
  host.setAttribute('wrap', wrap);
});

at('check').addEventListener('click', async ({ currentTarget: button }) => {
  button.disabled = true;
  const say = (...parts) => at('digests').replaceChildren(...parts);
  try {
    const { version, here, there } = await compareDigests(host, view);
    const verdict = here === there ? 'Equal, to the bit.' : 'They differ.';
    say(`Version ${number(version)}`, line(`world  ${here}`), line(`window ${there}`), line(verdict));
  } catch (error) {
    say(`No answer: ${error.message}`);
  }
  button.disabled = false;
});

const line = (text) => Object.assign(document.createElement('span'), { textContent: text });
