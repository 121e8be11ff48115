/** A plain HTTP client for tests: `fetch` tidies up paths and bodies, a test of bad requests must not. */

import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends `path` exactly as written to the server at `origin`. @param ms rejects where there is no answer by then */
export function get(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  ms?: number,
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const timely = ms === undefined ? {} : { signal: AbortSignal.timeout(ms) };
    const req = request({ hostname, port, path, headers, method, agent: false, ...timely }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part) => parts.push(part));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }));
    });
    req.on('error', reject);
    req.end();
  });
}
