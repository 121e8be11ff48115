/** Where the relay is. */

/** Where this module came from, if a relay served it as `/mpl.js`: then that relay is the one to talk to. */
const LOADED_FROM = /^https?:.*\/mpl\.js(?:[?#]|$)/.test(import.meta.url) ? new URL('.', import.meta.url).href : null;

/**
 * The base URL of a relay, http(s), ending in `/`; null for `none`: no relay at all.
 * @param server the attribute: a URL, absolute or relative to the document, http(s) or ws(s), "none", or nothing for the
 *   relay that served the kit, else the server of the page.
 * @throws Error with a sentence for people, if that is no address of a server.
 */
export function resolveServer(server: string | null | undefined, loadedFrom = LOADED_FROM): URL | null {
  const text = server?.trim();
  if (text === 'none') return null;
  const given = text || loadedFrom || (/^https?:/.test(location.protocol) ? location.origin : '');
  if (!given) throw new Error('this page has no server: name a relay, as in server="https://relay.example"');
  let url: URL;
  try {
    url = new URL(given, document.baseURI);
  } catch {
    throw new Error(`server="${given}" is not a URL`);
  }
  url.protocol = url.protocol.replace(/^ws/, 'http');
  if (!/^https?:$/.test(url.protocol)) throw new Error(`server="${given}" is not an http, https, ws or wss URL`);
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The WebSocket of a channel: `stream` for receivers, `peer` for its source. */
export function channelUrl(server: URL, side: 'stream' | 'peer', channel: string): string {
  return new URL(`${side}/${encodeURIComponent(channel)}`, server).href.replace(/^http/, 'ws');
}

/**
 * Where WebRTC peers find each other: that of the relay, another PeerServer, "peerjs" for the public one of PeerJS, or
 * null for none.
 * @throws Error if it is no URL.
 */
export function resolveSignal(signal: string | null | undefined, server: URL | null): string | null {
  const text = signal?.trim();
  if (text === 'none' || (!text && server === null)) return null;
  if (!text) return new URL('signal', server!).href;
  if (text === 'peerjs') return text;
  try {
    return new URL(text, document.baseURI).href.replace(/^ws/, 'http');
  } catch {
    throw new Error(`signal="${text}" is not a URL`);
  }
}
