/** A folder served as it lies on the disk, and nothing outside it. */

import { createReadStream, realpathSync, type Stats, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileCache } from './file-cache.js';
import { isUnchanged, pickCoding } from './negotiate.js';
import { sendBody, sendNotFound, sendNothing } from './respond.js';
import { contentType } from './types.js';

/** Larger files are streamed from the disk, neither kept nor compressed. */
const MAX_CACHED = 8 * 2 ** 20;
/** Bundlers put a hash of the content into such names: they never change. `game-controls.js` has none. */
const HASHED =
  /-(?=[a-z_-]*[A-Z0-9])[\w-]{8}\.(js|mjs|css|wasm)(\.map)?$|\/assets\/[^/]+-(?=[a-z_-]*[A-Z0-9])[\w-]{8}\.\w+$/;

/** A missing file or a way out of the folder ends in the same 404. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EISDIR']);

export class StaticFolder {
  private readonly root: string;

  /** @throws Error if there is no such folder */
  constructor(
    folder: string,
    private readonly cache = new FileCache(),
  ) {
    this.root = realpathSync(folder);
    if (!statSync(this.root).isDirectory()) throw new Error(`${folder} is not a folder`);
  }

  /** Is there a file of this name in the folder itself? */
  has(name: string): boolean {
    return (
      segmentsOf(name)?.length === 1 && (statSync(join(this.root, name), { throwIfNoEntry: false })?.isFile() ?? false)
    );
  }

  /** Answers a GET or HEAD for `path`, percent-encoded, from the folder: a file, a redirect, or 404. */
  async serve(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    headers: OutgoingHttpHeaders = {},
  ): Promise<void> {
    const segments = segmentsOf(path);
    const found = segments && (await this.find(segments));
    if (!found) return sendNotFound(req, res, '', headers);
    if (found.stats.isDirectory()) {
      if (!path.endsWith('/')) {
        const query = /\?.*$/.exec(req.url ?? '')?.[0] ?? '';
        // Relative, so it holds under any mount path, and `//elsewhere` cannot lead away from here.
        const location = `./${encodeURIComponent(segments.at(-1) ?? '')}/${query}`;
        return sendNothing(res, 301, {
          ...headers,
          Location: location,
          'Cache-Control': 'no-cache',
          'Content-Length': 0,
        });
      }
      const index = await this.find([...segments, 'index.html']);
      if (!index?.stats.isFile()) return sendNotFound(req, res, '', headers);
      return this.send(req, res, index.path, index.stats, headers);
    }
    // A file is no folder: relative links in `page.html/` would all be wrong.
    if (!found.stats.isFile() || path.endsWith('/')) return sendNotFound(req, res, '', headers);
    return this.send(req, res, found.path, found.stats, headers);
  }

  private async find(segments: string[]): Promise<{ path: string; stats: Stats } | null> {
    try {
      const path = await realpath(join(this.root, ...segments));
      if (path !== this.root && !path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep)) return null;
      return { path, stats: await stat(path) };
    } catch (error) {
      if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  }

  private async send(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    stats: Stats,
    extra: OutgoingHttpHeaders,
  ): Promise<void> {
    const headers: OutgoingHttpHeaders = {
      ...extra,
      'Cache-Control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
    };
    if (stats.size > MAX_CACHED) return this.stream(req, res, path, stats, headers);
    const file = await this.cache.get(path, stats);
    headers.ETag = file.etag;
    if (isUnchanged(req.headers['if-none-match'], file.etag)) return sendNothing(res, 304, headers);
    const coding = pickCoding(req.headers['accept-encoding']);
    const coded = coding && (await this.cache.coded(path, file, coding));
    if (coded) headers['Content-Encoding'] = coding;
    sendBody(req, res, 200, file.type, coded ?? file.body, headers);
  }

  private async stream(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    stats: Stats,
    headers: OutgoingHttpHeaders,
  ): Promise<void> {
    headers.ETag = `W/"${stats.size.toString(36)}-${stats.mtimeMs.toString(36)}"`;
    if (isUnchanged(req.headers['if-none-match'], headers.ETag)) return sendNothing(res, 304, headers);
    const type = contentType(path);
    if (req.method === 'HEAD')
      return sendNothing(res, 200, { ...headers, 'Content-Type': type, 'Content-Length': stats.size });
    res.writeHead(200, {
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Content-Type': type,
      'Content-Length': stats.size,
      ...headers,
    });
    // A reader who leaves half-way is nobody's error.
    await pipeline(createReadStream(path, { end: stats.size - 1 }), res).catch(() => res.destroy());
  }
}

/** The names a path is made of, or null if it could name anything but a plain file below the folder. */
function segmentsOf(path: string): string[] | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const segments = decoded.split('/').filter((segment) => segment !== '');
  // No `..`, and no `.git` or `.env` that lies about either.
  const plain = (segment: string): boolean => !segment.startsWith('.') && !/[\0\\:]/.test(segment);
  return segments.every(plain) ? segments : null;
}
