/** The page of a world: what the address says, the attributes say. */

import { channelOfTab, moveIfTaken, showChannel, wrongChannel } from './channel.js';
import { enableCopying } from './copy.js';
import { enableDrawer } from './drawer.js';
import { enableTokens } from './token.js';

const host = document.getElementById('world');
const asked = new URLSearchParams(location.search);
const WORLD = ['pattern', 'grid', 'rule', 'wrap', 'density', 'seed'];

// Another world is not to inherit the frame of the one in the markup.
if (WORLD.some((name) => asked.has(name))) for (const name of WORLD) host.removeAttribute(name);
for (const name of [...WORLD, 'speed', 'control', 'transport', 'engine']) {
  if (asked.get(name)) host.setAttribute(name, asked.get(name));
}

function use(channel) {
  host.setAttribute('channel', channel);
  showChannel(channel);
  document.title = `${channel}: a world, live`;
}
use(channelOfTab());
moveIfTaken(host, use);
if (wrongChannel() !== null) {
  const names = '1 to 64 letters, digits, ".", "_", "~" or "-"';
  const text = `"${wrongChannel()}" is no name of a channel (${names}): this world has "${channelOfTab()}"`;
  customElements.whenDefined('mpl-host').then(() => host.updateComplete.then(() => host.toast(text)));
}
enableCopying(() => host.getAttribute('channel'));
enableDrawer();
enableTokens([host]);

// A file dropped beside the picture is meant for it too.
for (const type of ['dragover', 'drop']) {
  document.addEventListener(type, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (type === 'drop' && event.dataTransfer.files.length > 0) load(event.dataTransfer.files[0]);
  });
}

async function load(file) {
  const text = await file.text();
  await host.perform({ command: 'pattern', text, name: file.name }).catch(() => {});
}
