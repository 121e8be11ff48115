/** Content types by file name, and which of them shrink when compressed. */

import { extname } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.rle': 'text/plain; charset=utf-8',
  '.cells': 'text/plain; charset=utf-8',
  '.lif': 'text/plain; charset=utf-8',
  '.life': 'text/plain; charset=utf-8',
  '.mpl': 'application/octet-stream',
};

export const contentType = (path: string): string => TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';

export const isCompressible = (type: string): boolean =>
  /^text\/|^application\/(json|manifest\+json|wasm)|^image\/(svg|x-icon)/.test(type);
