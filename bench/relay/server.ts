/**
 * The process that is measured: one of those that pass frames on to viewers. Started with its kind; tells its port. All but
 * the kit, and NATS, which is no Node program, are given frames by a WebSocket at `/feed`, and send the newest to everybody.
 */

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { frameAll } from '../../server/relay/prebuilt-link.js';

export type Kind = 'mpl' | 'raw' | 'ws' | 'socket.io' | 'nats';

// As it is shipped.
const entry = new URL('../../dist/server/index.js', import.meta.url).href;

async function mpl(): Promise<number> {
  const { createRelay } = (await import(entry)) as typeof import('../../server/index.js');
  // All of one address, at once, and the one who measures is trusted.
  const many = 100_000;
  const addresses = { addressConnections: many, addressNewcomers: many, connectionRate: many };
  const limits = { maxViewers: many, maxConnections: many, ...addresses };
  return (await createRelay({ dist: false, ...limits }).listen(0)).port;
}

/** Calls `send` with the newest frame: whoever is slow leaves out what it has no time for. */
function feed(http: HttpServer, send: (frame: Buffer) => void): void {
  const feeds = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let newest: Buffer | null = null;
  http.on('upgrade', (req, socket, head) => {
    if (req.url !== '/feed') return;
    feeds.handleUpgrade(req, socket, head, (feeding) => {
      feeding.on('message', (data: Buffer) => {
        if (newest === null) {
          setImmediate(() => {
            const frame = newest!;
            newest = null;
            send(frame);
          });
        }
        newest = data;
      });
    });
  });
}

async function listen(http: HttpServer): Promise<number> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}

/** `send` of `ws`, as everybody writes it. */
function plain(): Promise<number> {
  const http = createServer();
  const viewers = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (req, socket, head) => {
    if (req.url !== '/feed') viewers.handleUpgrade(req, socket, head, (socket) => viewers.emit('connection', socket));
  });
  feed(http, (frame) => {
    for (const viewer of viewers.clients) viewer.send(frame);
  });
  return listen(http);
}

/** As little as can be done in Node: one frame, made once, written to every socket that has nothing waiting. */
function raw(): Promise<number> {
  const http = createServer();
  const viewers = new Set<Socket>();
  http.on('upgrade', (req, duplex) => {
    if (req.url === '/feed') return;
    const socket = duplex as Socket;
    // The viewers here all show the same key, the one of RFC 6455.
    const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`);
    socket.setNoDelay(true);
    socket.setTimeout(0);
    viewers.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => viewers.delete(socket));
    socket.resume();
  });
  feed(http, (frame) => {
    const wire = frameAll([{ bytes: frame }]);
    for (const socket of viewers) if (socket.writableLength === 0) socket.write(wire);
  });
  return listen(http);
}

function socketIo(): Promise<number> {
  const http = createServer();
  const io = new Server({ transports: ['websocket'], serveClient: false });
  // It closes sockets that ask for another path, unless told not to.
  io.attach(http, { destroyUpgrade: false });
  feed(http, (frame) => io.emit('frame', frame));
  return listen(http);
}

const kinds: Partial<Record<Kind, () => Promise<number>>> = { mpl, raw, ws: plain, 'socket.io': socketIo };

if (process.send) {
  process.on('disconnect', () => process.exit());
  process.send(await kinds[process.argv[2] as Kind]!());
}
