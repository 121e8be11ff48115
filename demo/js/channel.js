/** Which channel the pages of this tab use, and how to leave one that is somebody else's. */

const KEY = 'mpl-demo-channel';
const NAME = /^[A-Za-z0-9._~-]{1,64}$/;

/** `?channel=` of the address, if it is a name. */
export function askedChannel() {
  const asked = new URLSearchParams(location.search).get('channel') ?? '';
  return NAME.test(asked) ? asked : null;
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

/** A channel that nobody else has, for as long as this tab is open. */
export function ownChannel() {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  const name = `demo-${number.toString(36)}`;
  try {
    sessionStorage.setItem(KEY, name);
  } catch {
    // A reload gets another name then.
  }
  return name;
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
    if (status !== 'failed' || !(await isLive(host.channel)) || moves-- <= 0) return;
    move(ownChannel());
  });
}

/** Whether somebody is the source of a channel. A host that failed for other reasons is not helped by another name. */
async function isLive(channel) {
  try {
    const channels = await (await fetch('channels')).json();
    return channels.some(({ name, state }) => name === channel && state === 'live');
  } catch {
    return false;
  }
}
