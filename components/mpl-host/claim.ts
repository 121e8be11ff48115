/** The secret by which a reloaded page takes its channel back at once. It stays in this tab. */

/** Claims that hosts of this page hold: two of them may not take one channel from each other. */
const held = new Set<string>();

export interface Claim {
  readonly secret: string;
  /** The next host of this page on this channel may have it. */
  release(): void;
}

export function takeClaim(channel: string): Claim {
  const kept = keptClaim(channel);
  const secret = held.has(kept) ? random() : kept;
  held.add(secret);
  return { secret, release: () => held.delete(secret) };
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
