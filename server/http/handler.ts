/** Which plain HTTP requests are the relay's, and what it answers. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricsEndpoint } from '../metrics/endpoint.js';
import { answerSignal } from '../signal/http.js';
import type { ChannelList } from './channel-list.js';
import type { Refusals } from './refusals.js';
import { sendNotFound, sendNothing, sendText } from './respond.js';
import type { SignalRequests } from './signals/requests.js';
import type { StaticFolder } from './static-folder.js';

export interface HandlerParts {
  /** Why this request is refused for the page that it is from, or null. */
  whyNotFrom(req: IncomingMessage): string | null;
  /** Answers `/channels`. */
  channels: ChannelList;
  /** Why nobody should be sent here, or null. */
  unready(): string | null;
  /** An answer could not be given, and it is not the asker's fault. */
  failed(error: Error, path: string): void;
  /** Answers `/channels/{channel}/signals`. */
  signals: SignalRequests;
  signalKey: string;
  refusals: Refusals;
  /** Where `mpl.js` lies. */
  dist: StaticFolder | null;
  /** The site at `/`. */
  demo: StaticFolder | null;
  /** Pages of the site are isolated from other origins. */
  isolate: boolean;
  /** Answers `/metrics`. */
  metrics: MetricsEndpoint | null;
}

/** Answers the request and returns true, or returns false and leaves it to others. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Any page may load the script, and those that may come here see the channels: embedding is what the relay is for. */
const CORS = { 'Access-Control-Allow-Origin': '*' };
const PREFLIGHT = {
  ...CORS,
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': 'Authorization',
};

/** What isolates a page; its workers' scripts must say the second too. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'credentialless',
};

/** What a request asks for, without the query. */
export const pathOf = (req: IncomingMessage): string => (req.url ?? '/').split(/[?#]/, 1)[0]!;

/** What tells of channels, or changes them; the script and the site are for everybody. */
const OF_CHANNELS = /^\/(?:channels|signal)(?:\/|$)/;
const ASSET = /^\/[^/]+\.(js|mjs|css|map|wasm)$/;

export function createHandler(parts: HandlerParts): Handler {
  return (req, res) => {
    const path = pathOf(req);
    const from = OF_CHANNELS.test(path) ? parts.whyNotFrom(req) : null;
    if (from !== null) {
      parts.refusals.tell(req, { status: 403, message: from });
      // Without a word that lets the page read it.
      sendText(req, res, 403, `${from}\n`, { Vary: 'Origin' });
      return true;
    }
    if (parts.signals.answer(req, res, path) || parts.metrics?.answer(req, res, path)) return true;
    const answer = route(parts, path);
    if (!answer) return false;
    if (req.method === 'OPTIONS') sendNothing(res, 204, PREFLIGHT);
    else if (req.method !== 'GET' && req.method !== 'HEAD') {
      sendText(req, res, 405, 'Only GET and HEAD.\n', { Allow: 'GET, HEAD, OPTIONS', Connection: 'close' });
    } else {
      Promise.resolve(answer(req, res)).catch((error: Error) => {
        if (!res.destroyed) parts.failed(error, path);
        if (res.headersSent) res.destroy();
        else sendText(req, res, 500, 'The server could not read this file.\n');
      });
    }
    return true;
  };
}

type Answer = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

function route(parts: HandlerParts, path: string): Answer | null {
  const { channels, unready, signalKey, refusals, dist, demo, isolate } = parts;
  const headers = isolate ? { ...CORS, ...ISOLATED } : CORS;
  switch (path) {
    case '/healthz':
      return (req, res) => sendText(req, res, 200, 'ok\n');
    case '/readyz':
      return (req, res) => {
        const why = unready();
        sendText(req, res, why === null ? 200 : 503, `${why ?? 'ready'}\n`);
      };
    case '/channels':
      return (req, res) => channels.answer(req, res, CORS);
  }
  if (path === '/signal' || path.startsWith('/signal/')) {
    return (req, res) => answerSignal(req, res, path.slice('/signal'.length), signalKey, refusals);
  }
  if (/^\/(peer|stream)(\/|$)/.test(path)) {
    return (req, res) => sendText(req, res, 426, 'This is for WebSockets.\n', { ...CORS, Upgrade: 'websocket' });
  }
  if (dist && ASSET.test(path) && dist.has(path)) return (req, res) => dist.serve(req, res, path, headers);
  if (path === '/mpl.js') {
    const hint = 'mpl.js is not built: run "npm run build" in the package, or set the option dist.';
    return (req, res) => sendNotFound(req, res, hint, CORS);
  }
  if (demo) return (req, res) => demo.serve(req, res, path, headers);
  return null;
}
