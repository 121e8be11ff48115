/** The secret by which a reloaded page takes its channel back at once. It stays in this tab. */

/** Claims that hosts of this page hold: two of them may not take one channel from each other. */
const held = new Set<string>();

/** A page that reloads lets go of its claim within this time; one that still holds it is another tab, ms. */
const PATIENCE = 1_000;

export interface Claim {
  readonly secret: Promise<string>;
  /** The next host of this page on this channel may have it. */
  release(): void;
}

export function takeClaim(channel: string): Claim {
  const kept = keptClaim(channel);
  if (held.has(kept)) return { secret: Promise.resolve(random()), release: () => {} };
  held.add(kept);
  let unlock = (): void => {};
  const released = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  return {
    secret: lock(`mpl-claim:${kept}`, released).then((mine) => (mine ? kept : random())),
    release: () => {
      held.delete(kept);
      unlock();
    },
  };
}

/** A duplicated tab has the storage of the first, claim and all: only one tab may use it at a time. */
function lock(name: string, released: Promise<void>): Promise<boolean> {
  // Only secure pages have locks; elsewhere a copied tab takes the channel over.
  if (!('locks' in navigator)) return Promise.resolve(true);
  const signal = AbortSignal.timeout(PATIENCE);
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { signal }, () => {
        resolve(true);
        return released;
      })
      .catch(() => resolve(false));
  });
}

function keptClaim(channel: string): string {
  const key = `mpl-claim:${channel}`;
  try {
    const kept = sessionStorage.getItem(key);
    if (kept !== null && kept.length >= 16) return kept;
    const fresh = random();
    sessionStorage.setItem(key, fresh);
    return fresh;
  } catch {
    // Storage may be forbidden; then a reload waits until the relay has noticed that the old page is gone.
    return random();
  }
}

const random = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
