/** A reader of Server-Sent Events for tests. */

import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface ServerEvent {
  event: string;
  id: string;
  data: unknown;
}

export class EventReader {
  readonly events: ServerEvent[] = [];
  comments = 0;
  bytes = 0;
  retry = 0;
  ended = false;
  #text = '';

  constructor(
    readonly req: ClientRequest,
    readonly res: IncomingMessage,
  ) {
    res.setEncoding('utf8');
    res.on('data', (part: string) => this.#take(part));
    res.on('end', () => (this.ended = true));
    res.on('error', () => {});
  }

  /** Names and data of what came so far, without ids. */
  get told(): [string, unknown][] {
    return this.events.map(({ event, data }) => [event, data]);
  }

  get last(): ServerEvent | undefined {
    return this.events.at(-1);
  }

  close(): void {
    this.req.destroy();
  }

  #take(part: string): void {
    this.bytes += part.length;
    this.#text += part;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
      if (fields.has('')) this.comments++;
      if (fields.has('retry')) this.retry = Number(fields.get('retry'));
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event && data) this.events.push({ event, id: fields.get('id') ?? '', data: JSON.parse(data) });
    }
  }
}

/** Opens a stream; rejects with the status and body of any answer that is none. */
export function readEvents(url: string, headers: IncomingHttpHeaders = {}): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const req = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, (res) => {
      if (res.headers['content-type']?.startsWith('text/event-stream')) return resolve(new EventReader(req, res));
      let text = '';
      res.on('data', (part) => (text += part));
      res.on('end', () => reject(new Error(`${res.statusCode} ${text}`)));
    });
    req.on('error', reject);
    req.end();
  });
}
