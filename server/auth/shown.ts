/** Where a request shows its token, and where it must not: what stands in a URL stands in logs and histories too. */

import type { IncomingMessage } from 'node:http';

/** What is agreed upon where a token comes as a subprotocol: the other one, so that none is ever sent back. */
export const PROTOCOL = 'mpl';
const PREFIX = 'mpl.token.';

/** Of those that a client offers, the one that a socket is to speak; false for none. */
export function chooseProtocol(offered: Set<string>): string | false {
  if (offered.has(PROTOCOL)) return PROTOCOL;
  for (const protocol of offered) if (!protocol.startsWith(PREFIX)) return protocol;
  return false;
}

/** The token among the subprotocols that a WebSocket offers. */
export function tokenInProtocols({ headers }: IncomingMessage): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
  return offered.find((text) => text.startsWith(PREFIX))?.slice(PREFIX.length);
}

/** The token in `Authorization: Bearer`. */
export const tokenInHeader = ({ headers }: IncomingMessage): string | undefined =>
  /^Bearer +(\S.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim();

/** Why a URL that shows a token is refused, whether or not it would be a right one; null where it shows none. */
export function tokenInUrl(url: string): string | null {
  const query = new URLSearchParams(url.split('?').slice(1).join('?'));
  const named = ['token', 'access_token', 'jwt'].find((name) => query.has(name));
  return named === undefined ? null : `a token in a URL ends up in logs: take out "${named}", and send it otherwise`;
}
