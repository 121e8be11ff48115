// The browsers of this machine: found, not assumed; installed from Debian where that can be done.
import { execFileSync, spawnSync } from 'node:child_process';

function find(...names) {
  for (const name of names) {
    if (!name) continue;
    try {
      return execFileSync('sh', ['-c', 'command -v "$1"', '-', name], { encoding: 'utf8' }).trim();
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}

const findChromium = () =>
  find(
    process.env.CHROME_PATH,
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  );

const findFirefox = () =>
  find(process.env.FIREFOX_PATH, 'firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox');

/** Path of a Chromium, or undefined. `CHROME_PATH` goes first. */
export const chromium = findChromium();

/** Path of a Firefox, or undefined. `FIREFOX_PATH` goes first. */
export const firefox = findFirefox();

export const chromiumArgs = [
  // Root may not use Chromium's sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Peers on one machine then need no multicast, which containers lack, to find each other.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Sees to it that there is a Chromium, and where it can a Firefox; else says what to do and ends the process. */
export function needBrowsers() {
  const missing = [findChromium() ? null : 'chromium', findFirefox() ? null : 'firefox-esr'].filter(Boolean);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && find('apt-get') !== undefined) {
    console.log(`installing ${missing.join(' and ')} from Debian's packages, once`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    apt('update');
    for (const name of missing) apt('install', '-y', '--no-install-recommends', name);
  }
  if (findChromium() === undefined) {
    console.error('The tests need Chromium. Install it (Debian: apt-get install chromium), or name it in CHROME_PATH.');
    process.exit(1);
  }
  if (findFirefox() === undefined) {
    console.log(
      'There is no Firefox here: its tests are skipped. (Debian: apt-get install firefox-esr, or FIREFOX_PATH.)',
    );
  }
}
