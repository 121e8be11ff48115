/** The text of a pattern file, which may be packed by gzip. */

import { PatternError } from '../../sim/errors.js';
import type { PatternLoading } from '../screen/loading.js';

export interface LoadOptions {
  /** Aborted: the pattern is not wanted any more, and whoever waits for it is refused with the reason. */
  signal: AbortSignal;
  onprogress: (loading: PatternLoading) => void;
}

export const tooLarge = (name: string, bytes: number, most: number): PatternError => {
  const mebibytes = (n: number) => Math.ceil(n / 2 ** 20);
  return new PatternError(
    `The pattern "${name}" has ${mebibytes(bytes)} MiB or more, and a page takes up to ${mebibytes(most)} MiB: raise max-pattern, or use a smaller one.`,
  );
};

/** @throws PatternError (as a rejection) where it is longer than `most` bytes, or cannot be unpacked. */
export async function textOf(file: Blob, name: string, most: number, options: LoadOptions): Promise<string> {
  const { signal, onprogress } = options;
  const packed = await isGzip(file);
  if (packed && typeof DecompressionStream === 'undefined')
    throw new PatternError(
      `The pattern "${name}" is packed by gzip, which this browser cannot unpack: use it unpacked.`,
    );
  const stream = packed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let done = 0;
  try {
    for (;;) {
      const piece = await reader.read().catch((error: Error) => {
        throw new PatternError(`The pattern "${name}" cannot be ${packed ? 'unpacked' : 'read'}: ${error.message}`);
      });
      signal.throwIfAborted();
      if (piece.done) break;
      done += piece.value.length;
      // A few bytes may unpack to any number of them.
      if (done > most) throw tooLarge(name, done, most);
      parts.push(decoder.decode(piece.value, { stream: true }));
      if (packed) onprogress({ name, phase: 'unpacking', done, total: 0 });
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  }
  parts.push(decoder.decode());
  return parts.join('');
}

/** By its first bytes; what it is called says nothing. */
export async function isGzip(file: Blob): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b;
}
