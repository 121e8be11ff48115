// Finds the browsers that tests run in. Nothing is downloaded: what the system has is used.

import { execFileSync } from 'node:child_process';

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

/** Path of a Chromium, or undefined. `CHROME_PATH` goes first. */
export const chromium = find(
  process.env.CHROME_PATH,
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
);

/** Path of a Firefox, or undefined. `FIREFOX_PATH` goes first. */
export const firefox = find(
  process.env.FIREFOX_PATH,
  'firefox-esr',
  'firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
);

/** Root may not use Chromium's sandbox; mDNS addresses need multicast, which containers lack. */
export const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];
