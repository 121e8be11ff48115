/** Where the relay is. */

import { asServer, httpUrl, LOADED_FROM } from '../../transport/link/address.js';

export { channelUrl } from '../../transport/link/address.js';

/**
 * Without a scheme it has to look like a path: any other slip of the pen would be one too, to be looked for on the server
 * of the page and never found.
 */
function address(attribute: string, text: string): URL {
  const wrong = `${attribute}="${text}" is not a URL: expected http, https, ws or wss, or a path with "/" or "." at its beginning`;
  if (!/^(?:(?:https?|wss?):|[./])/i.test(text)) throw new Error(wrong);
  const url = httpUrl(text, document.baseURI);
  if (url) return url;
  throw new Error(wrong);
}

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
  return asServer(address('server', given));
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
  return address('signal', text).href;
}
