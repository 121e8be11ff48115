/** Small files in memory, each compressed once for each coding that someone asked for. Bounded: the longest unused go first. */

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { contentType, isCompressible } from './types.js';

export type Coding = 'br' | 'gzip';

export interface CachedFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
}

interface Entry {
  stamp: string;
  file: Promise<CachedFile>;
  coded: Map<Coding, Promise<Buffer | null>>;
  bytes: number;
}

/** Below this, headers outweigh what compression saves. */
const MIN_COMPRESSED = 1024;

const deflate: Record<Coding, (body: Buffer) => Promise<Buffer>> = {
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
  // Quality 11 takes seconds for what a page waits for; 9 is within 2 % of it.
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
};

export class FileCache {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  /** @param maxBytes of all bodies kept, compressed ones included */
  constructor(private readonly maxBytes = 64 * 2 ** 20) {}

  /** Bytes kept now. */
  get size(): number {
    return this.bytes;
  }

  /** The file at `path`, read again if `stats` tell that it changed. */
  async get(path: string, stats: Stats): Promise<CachedFile> {
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    let entry = this.entries.get(path);
    if (entry?.stamp === stamp) {
      this.entries.delete(path);
      this.entries.set(path, entry);
      return entry.file;
    }
    this.drop(path);
    entry = { stamp, file: read(path), coded: new Map(), bytes: 0 };
    this.entries.set(path, entry);
    try {
      const file = await entry.file;
      this.grow(path, entry, file.body.length);
      return file;
    } catch (error) {
      if (this.entries.get(path) === entry) this.drop(path);
      throw error;
    }
  }

  /** The body of a file that `get` gave, in this coding; null where that would not make it smaller. */
  coded(path: string, file: CachedFile, coding: Coding): Promise<Buffer | null> {
    if (!isCompressible(file.type) || file.body.length < MIN_COMPRESSED) return Promise.resolve(null);
    const entry = this.entries.get(path);
    const done = entry?.coded.get(coding);
    if (done) return done;
    const result = deflate[coding](file.body).then((body) => (body.length < file.body.length * 0.95 ? body : null));
    if (entry) {
      entry.coded.set(coding, result);
      result.then(
        (body) => this.grow(path, entry, body?.length ?? 0),
        () => entry.coded.delete(coding),
      );
    }
    return result;
  }

  private grow(path: string, entry: Entry, bytes: number): void {
    if (this.entries.get(path) !== entry) return;
    entry.bytes += bytes;
    this.bytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  private drop(path: string): void {
    this.bytes -= this.entries.get(path)?.bytes ?? 0;
    this.entries.delete(path);
  }
}

async function read(path: string): Promise<CachedFile> {
  const body = await readFile(path);
  // Weak: the same for every coding of the body.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type: contentType(path), etag, body };
}
