// The browsers of this machine: found, not assumed; installed from Debian where that can be done.
import { execFileSync, spawnSync } from 'node:child_process';

function find(...names) {
  for (const name of names) {
    if (!name) continue;
    try {
      return execFileSync('sh', ['-c', 'command -v "$1"', '-', name], { encoding: 'utf8' }).trim();
    } catch {
      // Not there; the next name may be.
    }
  }
  return undefined;
}

export const findChrome = () =>
  find(process.env.CHROME_PATH, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
export const findFirefox = () => find(process.env.FIREFOX_PATH, 'firefox-esr', 'firefox');

export const chrome = findChrome();
export const firefox = findFirefox();

/** Sees to it that there is a Chromium, and where it can a Firefox; else says what to do and ends the process. */
export function needBrowsers() {
  const missing = [findChrome() ? null : 'chromium', findFirefox() ? null : 'firefox-esr'].filter(Boolean);
  if (missing.length === 0) return;
  const can = process.getuid?.() === 0 && find('apt-get') !== undefined;
  if (can) {
    console.log(`installing ${missing.join(' and ')} from Debian's packages, once`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status;
    apt('update');
    for (const name of missing) apt('install', '-y', '--no-install-recommends', name);
  }
  if (findChrome() === undefined) {
    console.error('The tests need Chromium. Install it (Debian: apt-get install chromium), or name it in CHROME_PATH.');
    process.exit(1);
  }
  if (findFirefox() === undefined) {
    console.log(
      'There is no Firefox here: its tests are skipped. (Debian: apt-get install firefox-esr, or FIREFOX_PATH.)',
    );
  }
}
