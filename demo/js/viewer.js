/** The page of a window: shows the channel that the address names. */

import { askedChannel, showChannel, wrongChannel } from './channel.js';
import { enableCopying } from './copy.js';
import { enableDrawer } from './drawer.js';
import { enableTokens } from './token.js';

const view = document.getElementById('view');
const asked = new URLSearchParams(location.search);
const channel = askedChannel() ?? 'demo';

for (const name of ['transport', 'fit', 'select']) {
  if (asked.get(name)) view.setAttribute(name, asked.get(name));
}
// Of what is no name, the window itself says so.
view.setAttribute('channel', wrongChannel() ?? channel);
document.querySelector('.share').hidden = wrongChannel() !== null;
showChannel(channel);
if (wrongChannel() === null) document.title = `${channel}: a window on a world`;
enableCopying(() => channel);
enableDrawer();
enableTokens([view]);
