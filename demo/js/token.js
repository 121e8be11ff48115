/**
 * Tokens, for relays that ask for them. One comes in the fragment of the address (`#token=…`), which no server sees, or by hand
 * into a field that shows up when it is needed. It stays in this tab, and out of the address.
 */

const KEY = 'mpl-demo-token';

/** Shows the token that this tab has to these screens, and asks for one where they are refused without. */
export function enableTokens(screens) {
  const use = (token) => {
    keep(token);
    for (const screen of screens) screen.setAttribute('token', token);
  };
  const token = fromAddress() ?? kept();
  if (token) use(token);
  let form = null;
  const look = () => {
    const refused = screens.filter(({ status, reason }) => status === 'failed' && /token/.test(reason));
    if (refused.length > 0) {
      form ??= document.body.appendChild(makeForm(use));
      form.querySelector('output').replaceChildren(`${refused[0].reason}. `, ...howToGetOne(screens, refused[0]));
    } else if (form && screens.some(({ status }) => status === 'live' || status === 'waiting')) {
      form.remove();
      form = null;
    }
  };
  for (const screen of screens) screen.addEventListener('mpl-status', look);
}

function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const token = asked.get('token');
  if (token === null) return null;
  asked.delete('token');
  const rest = asked.toString();
  history.replaceState(null, '', location.pathname + location.search + (rest && `#${rest}`));
  return token;
}

function kept() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(token) {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // A reload asks for it again.
  }
}

/** What makes a token for these screens: with keys the relay's secret, else it is the publish token itself. */
function howToGetOne(screens, { reason, channel }) {
  if (/who publishes/.test(reason)) return ['It is the publish token of this relay.'];
  const can = screens.map(({ localName }) => (localName === 'mpl-host' ? 'publish' : 'subscribe'));
  const command = document.createElement('code');
  command.textContent = `npx mpl token --channel '${channel}' --can ${can}`;
  return ['Whoever runs this relay makes one: ', command];
}

function makeForm(use) {
  const form = document.createElement('form');
  form.className = 'token';
  form.setAttribute('aria-label', 'Token');
  const field = Object.assign(document.createElement('input'), {
    type: 'password',
    name: 'token',
    required: true,
    autocomplete: 'off',
    spellcheck: false,
  });
  const label = document.createElement('label');
  label.append('Token for this relay', field);
  const button = Object.assign(document.createElement('button'), { className: 'button', textContent: 'Use it' });
  form.append(label, button, document.createElement('output'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    use(field.value.trim());
    // Another one that is pasted here is not to be added to it.
    field.value = '';
  });
  return form;
}
