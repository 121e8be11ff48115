import { LIMIT_NAMES, LIMITS } from '../options.js';
import { flagOf } from './flags.js';

/** What `mpl help` prints. */
export function helpText(): string {
  const rows = LIMIT_NAMES.map((name) => [`--${flagOf(name)} N`, `${LIMITS[name].help} (${LIMITS[name].default})`]);
  return `mpl: a relay for live simulations

Usage
  mpl serve [flags]              serve channels, signaling, mpl.js and the demo on one port
  mpl stream MODULE... [flags]   run modules that publish signals, until they are stopped
  mpl token --channel C [flags]  print a token: the right to publish, watch or steer some channels
  mpl help                       print this
  mpl --version                  print the version

Flags of serve
${table([
  ['--port N', 'port to listen on, 0 for a free one (PORT, else 8787)'],
  ['--host NAME', 'address to bind, 0.0.0.0 for all (HOST, else 127.0.0.1)'],
  ['--demo DIR', 'folder of the site at / (the demo of this package)'],
  ['--no-demo', 'no site at /'],
  ['--dist DIR', 'folder that holds mpl.js (this package as built)'],
  ['--signal-key KEY', 'key that PeerJS clients show (peerjs)'],
  [
    '--secret S',
    'who publishes, watches or steers shows a token signed with this (MPL_SECRET, which no list of processes shows)',
  ],
  ['--key-file FILE', 'secrets and public keys, as JSON (MPL_KEY_FILE)'],
  ['--jwks URL', 'public keys of whoever makes the tokens, or a file of them (MPL_JWKS)'],
  ['--issuer, --audience TEXT', 'what tokens have to say as iss and aud (MPL_ISSUER, MPL_AUDIENCE)'],
  ['--publish-token T', 'without such keys: a secret that sources show (MPL_PUBLISH_TOKEN)'],
  ['--origins LIST', 'pages that may use it: https://app.example, https://*.example, null, * (MPL_ORIGINS)'],
  ['--anyone', 'on a network too, anyone may publish, watch and steer (MPL_ANYONE=1)'],
  ['--redis URL', 'be one with all relays that name the same Redis: redis://host:6379 (MPL_REDIS)'],
  ['--redis-prefix P', 'what their keys begin with there (mpl)'],
  ['--workers N', 'so many processes behind the one port, as one relay'],
  ['--no-metrics', 'nothing at /metrics'],
  ['--metrics-port N', 'serve /metrics there, with /healthz and /readyz, and not beside the rest'],
  ['--metrics-host NAME', 'address of that port, 0.0.0.0 for all (127.0.0.1)'],
  ['--metrics-token T', 'secret that readers of /metrics show (MPL_METRICS_TOKEN)'],
  ['--log-level L', 'what to write to stderr: silent, error, warn, info or debug (MPL_LOG_LEVEL, else warn)'],
  ['--isolate', 'isolate the pages of the site from other origins, so that worlds in them may have several threads'],
  ['--trust-proxy', 'behind a proxy: count addresses by X-Forwarded-For'],
  ['--examples', 'run the example sources too, and show them in a browser'],
  ['--no-open', 'do not open a browser'],
])}

Flags of stream
${table([
  ['--server URL', 'the relay to publish on (MPL_SERVER, else http://127.0.0.1:8787)'],
  ['--token T', 'the right to publish, where the relay asks for it (MPL_TOKEN)'],
  ['--quiet', 'say only what goes wrong'],
])}

Flags of token
${table([
  ['--channel NAME', "of which channels: a name, or the beginning of names and a *, as in 'demo*'; may come again"],
  ['--can VERBS', 'publish, subscribe and control, with commas between (subscribe)'],
  ['--expires TIME', 'as in 90s, 15m, 1h, 30d, or never (1h)'],
  ['--view X,Y,W,H', 'the cells that may be seen'],
  ['--max-bps N', 'bytes of state a second'],
  ['--subject, --issuer, --audience TEXT', 'whose it is, who made it, for whom'],
  ['--secret S', 'that of the relay (MPL_SECRET, which no list of processes shows)'],
  ['--key-file FILE', 'keys as JSON (MPL_KEY_FILE); the first secret signs, or that named by --key-id'],
  ['--new-secret', 'print a new secret instead'],
])}

A module that is streamed has a default export, which is handed what makes channels:
  export default ({ publish, every }) => {
    const counter = publish('counter', { output: ['count'], signals: { count: 0 } });
    every(1000, () => counter.count++);
  };

Limits
${table(rows)}
`;
}

function table(rows: string[][]): string {
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`).join('\n');
}
