/** Buttons that copy: `data-copy` the code beside them, `data-copy-link` the address of the viewer. */

const SHOWN = 1600;

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages on plain http have no clipboard, except on this machine.
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copying is not allowed here');
}

/** Markup as it works on any page: addresses in full, and the channel that is live here. */
function portable(text, channel) {
  return text
    .replaceAll('"patterns/', `"${new URL('patterns/', document.baseURI).href}`)
    .replaceAll('channel="demo"', `channel="${channel}"`);
}

/** Makes the buttons work. `channel` tells the name of the channel when it is needed. */
export function enableCopying(channel) {
  for (const place of document.querySelectorAll('[data-kit]')) {
    place.textContent = new URL('/mpl.js', document.baseURI).href;
  }
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest?.('[data-copy], [data-copy-link]');
    if (!button) return;
    const code = 'copy' in button.dataset ? button.parentElement.querySelector('code').textContent : null;
    const link = document.querySelector('a[data-viewer]').href;
    const label = (button.dataset.label ??= button.textContent);
    try {
      await copy(code === null ? link : portable(code, channel()));
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not allowed here';
    }
    setTimeout(() => {
      button.textContent = label;
    }, SHOWN);
  });
}
