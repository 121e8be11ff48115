/** Which channel the pages of this tab use, and how to leave one that is somebody else's. */

const KEY = 'mpl-demo-channel';
const NAME = /^[A-Za-z0-9._~-]{1,64}$/;

/** `?channel=` of the address, if it is a name. */
export function askedChannel() {
  const asked = new URLSearchParams(location.search).get('channel') ?? '';
  return NAME.test(asked) ? asked : null;
}

/** `?channel=` of the address, where it is no name that a channel can have; else null. */
export function wrongChannel() {
  const asked = new URLSearchParams(location.search).get('channel');
  return asked && askedChannel() === null ? asked : null;
}

/** What the address asks for, else what this tab had before, else "demo". */
export function channelOfTab() {
  return askedChannel() ?? kept() ?? 'demo';
}

function kept() {
  try {
    const name = sessionStorage.getItem(KEY) ?? '';
    return NAME.test(name) ? name : null;
  } catch {
    return null;
  }
}

/** A channel that nobody else has. */
function ownChannel() {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return `demo-${number.toString(36)}`;
}

function keep(name) {
  try {
    sessionStorage.setItem(KEY, name);
  } catch {
    // A reload gets another name then.
  }
}

/** Where the channel can be watched. */
export function viewerUrl(channel) {
  return new URL(`viewer.html?channel=${encodeURIComponent(channel)}`, document.baseURI).href;
}

/** Puts the channel into every link to a viewer, and into the text of those that show it. */
export function showChannel(channel) {
  for (const link of document.querySelectorAll('a[data-viewer]')) {
    link.href = viewerUrl(channel);
    if ('show' in link.dataset) link.textContent = link.href;
  }
}

/**
 * Several people may look at the demo on one relay. The first has the channel "demo"; for anyone who finds it taken,
 * `move` is called with a name of their own. A channel asked for by the address is left as it is.
 */
export function moveIfTaken(host, move) {
  if (askedChannel()) return;
  let moves = 2;
  host.addEventListener('mpl-status', async ({ status }) => {
    const token = host.getAttribute('token');
    if (status !== 'failed' || !(await isLive(host.channel, token)) || moves <= 0) return;
    const own = ownChannel();
    if (!mayName(token, own)) return;
    moves--;
    keep(own);
    move(own);
  });
}

/** Whether somebody is the source of a channel. A host that failed for other reasons is not helped by another name. */
async function isLive(channel, token) {
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const channels = await (await fetch('channels', { headers })).json();
    return channels.some(({ name, state }) => name === channel && state === 'live');
  } catch {
    return false;
  }
}

/** Whether a token is for a channel, as far as it tells: one that says nothing of channels is the relay's to judge. */
function mayName(token, channel) {
  try {
    const { channels } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return channels.some((own) => own === channel || (own.endsWith('*') && channel.startsWith(own.slice(0, -1))));
  } catch {
    return true;
  }
}
