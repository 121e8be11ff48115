/** Where a relay is, and a channel on it. */

/** Where this module came from, if a relay served it as `/mpl.js`: then that relay is the one to talk to. */
export const LOADED_FROM = /^https?:.*\/mpl\.js(?:[?#]|$)/.test(import.meta.url)
  ? new URL('.', import.meta.url).href
  : null;

/** The WebSocket of a channel: `stream` for receivers, `peer` for its source. */
export function channelUrl(server: URL, side: 'stream' | 'peer', channel: string): string {
  return new URL(`${side}/${encodeURIComponent(channel)}`, server).href.replace(/^http/, 'ws');
}

/**
 * May a channel be called so? Browsers fold dot segments away before they ask, so one called by them could never be reached
 * again.
 */
export const isChannelName = (name: string): boolean => /^[A-Za-z0-9._~-]{1,64}$/.test(name) && !/^\.\.?$/.test(name);

export interface ChannelAddress {
  /** The base URL of the relay, http(s), ending in `/`. */
  server: URL;
  channel: string;
}

/**
 * Reads the address of a channel: its name, on the relay given; or a URL of it, such as `wss://relay.example/stream/name`
 * or `https://relay.example/channels/name`, or just `https://relay.example/name`.
 * @param base what URLs without a host are relative to, and where a channel is that comes by its name alone
 * @throws TypeError that says what is wrong
 */
export function parseChannel(text: string, base: string | null): ChannelAddress {
  if (typeof text !== 'string') throw new TypeError(`a channel is named by a text, not by ${typeof text}`);
  if (!/[/:]/.test(text)) {
    if (!isChannelName(text)) {
      throw new TypeError(`${JSON.stringify(text)} is no channel: its name has 1 to 64 of A-Z a-z 0-9 . _ ~ -`);
    }
    if (base === null)
      throw new TypeError(`where is the channel "${text}"? Name its relay, as in server: "https://relay.example"`);
    return { server: serverUrl(base), channel: text };
  }
  const url = toUrl(text, base);
  const parts = url.pathname.split('/').filter(Boolean);
  if (parts.at(-1) === 'signals') parts.pop();
  const channel = decodeURIComponent(parts.pop() ?? '');
  if (/^(?:stream|peer|channels)$/.test(parts.at(-1) ?? '')) parts.pop();
  if (!isChannelName(channel))
    throw new TypeError(`${text} names no channel: expected a URL such as wss://relay.example/stream/name`);
  url.pathname = `/${parts.join('/')}`;
  return { server: asServer(url), channel };
}

/** The base URL of a relay. */
export const serverUrl = (text: string): URL => asServer(toUrl(text, null));

/** This URL as that of a relay: what a channel's path is added to. */
export function asServer(url: URL): URL {
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The URL as http or https, ws and wss being the same; null where it is none of these. */
export function httpUrl(text: string, base: string | undefined): URL | null {
  try {
    const url = new URL(text, base);
    url.protocol = url.protocol.replace(/^ws/, 'http');
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

function toUrl(text: string, base: string | null): URL {
  const url = httpUrl(text, base ?? undefined);
  if (url) return url;
  throw new TypeError(`${JSON.stringify(text)} is not the URL of a relay: expected http, https, ws or wss`);
}
