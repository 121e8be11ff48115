/** The few plain requests a PeerJS client makes: an id, and the list of peers it does not get. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusals } from '../http/refusals.js';
import { sendJson, sendText } from '../http/respond.js';

const CORS = { 'Access-Control-Allow-Origin': '*' };

/** Answers what stands below `/signal`. `rest` is the path after it, with its slash. */
export function answerSignal(
  req: IncomingMessage,
  res: ServerResponse,
  rest: string,
  key: string,
  refusals: Refusals,
): void {
  const [, given, method, ...more] = rest.split('/');
  if (!given) {
    sendJson(req, res, 200, { name: 'MPL signaling', protocol: 'PeerServer' }, CORS);
  } else if (given === 'peerjs' && !method) {
    sendText(req, res, 426, 'This is for WebSockets.\n', { ...CORS, Upgrade: 'websocket' });
  } else if (more.length || (method !== 'id' && method !== 'peers')) {
    sendText(req, res, 404, 'Not found.\n', CORS);
  } else if (given !== key) {
    refusals.tell(req, { status: 401, message: 'The key is not the one of this server.' });
    sendText(req, res, 401, 'The key is not the one of this server.\n', CORS);
  } else if (method === 'peers') {
    sendText(req, res, 401, 'Peers are not listed.\n', CORS);
  } else {
    sendText(req, res, 200, randomUUID(), CORS);
  }
}
