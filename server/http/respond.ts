/** Answers to HTTP requests: the headers every answer has, and no body where none is wanted. */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** On every answer: types are as told, and pages under COEP elsewhere may use what is served here. */
export const ALWAYS = { 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'cross-origin' };

/** Sends a whole body; to a HEAD request only its headers. */
export function sendBody(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  type: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): void {
  res.writeHead(status, { ...ALWAYS, 'Content-Type': type, 'Content-Length': body.length, ...headers });
  res.end(req.method === 'HEAD' ? undefined : body);
}

export function sendText(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  text: string,
  headers?: OutgoingHttpHeaders,
): void {
  sendBody(req, res, status, 'text/plain; charset=utf-8', Buffer.from(text), {
    'Cache-Control': 'no-store',
    ...headers,
  });
}

export function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  value: unknown,
  headers?: OutgoingHttpHeaders,
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  sendBody(req, res, status, 'application/json; charset=utf-8', body, { 'Cache-Control': 'no-store', ...headers });
}

/** An answer without a body: 204, 304, a redirect. */
export function sendNothing(res: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  res.writeHead(status, { ...ALWAYS, ...headers });
  res.end();
}

/** Not found, as a page where a person looks, as a line where a program asks. */
export function sendNotFound(
  req: IncomingMessage,
  res: ServerResponse,
  hint = '',
  headers?: OutgoingHttpHeaders,
): void {
  if (/\btext\/html\b/.test(req.headers.accept ?? '')) {
    const body = Buffer.from(NOT_FOUND.replace('<!-- hint -->', escapeHtml(hint)));
    sendBody(req, res, 404, 'text/html; charset=utf-8', body, { 'Cache-Control': 'no-store', ...headers });
  } else {
    sendText(req, res, 404, `Not found.${hint && ` ${hint}`}\n`, headers);
  }
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const NOT_FOUND = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Not found</title>
<main>
<h1>Not found</h1>
<p>There is nothing at this address. <!-- hint --></p>
<p><a href="/">To the start page</a></p>
</main>
</html>
`;
