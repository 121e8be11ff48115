/** The relay as a whole: channels, signaling and files behind one port, or within somebody's own server. */

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { authorityOf } from './auth/authority.js';
import { whyNotFrom } from './auth/origins.js';
import { Cluster, openBus } from './cluster/cluster.js';
import type { PeersOwner } from './cluster/peers.js';
import { Connections } from './connections.js';
import { ChannelList } from './http/channel-list.js';
import { createHandler, pathOf } from './http/handler.js';
import { PlainConnections } from './http/plain-connections.js';
import { Refusals } from './http/refusals.js';
import { sendNotFound } from './http/respond.js';
import { SignalRequests } from './http/signals/requests.js';
import { StaticFolder } from './http/static-folder.js';
import { Log } from './log.js';
import { MetricsEndpoint } from './metrics/endpoint.js';
import { Tally } from './metrics/tally.js';
import { Newcomers } from './newcomers.js';
import { checkLimit, OptionError, type RelayOptions, resolveOptions } from './options.js';
import { packagedDist } from './package.js';
import type { ChannelInfo } from './relay/channel-info.js';
import { createHub } from './relay/create-hub.js';
import { Acquaintances } from './signal/acquaintances.js';
import { Signal } from './signal/signal.js';
import { Sockets } from './sockets.js';
import { answerRaw, createUpgrader } from './upgrade.js';

/** Where a relay listens. */
export interface RelayAddress {
  host: string;
  port: number;
  /** For a browser on this machine, without a slash at the end. */
  url: string;
}

export interface Relay {
  /**
   * Takes WebSockets for `/peer/{channel}`, `/stream/{channel}` and `/signal/...` on this server; others are left to
   * the server's other `upgrade` listeners. Returns a function that undoes it.
   */
  attach(server: Server | SecureServer): () => void;
  /** Answers a request that is the relay's and returns true; any other is untouched, and false returned. */
  handler(req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * Serves on a port of its own. Port 0 takes a free one.
   * @throws the error of `server.listen`, such as `EADDRINUSE`
   */
  listen(port?: number, host?: string): Promise<RelayAddress>;
  /**
   * Serves `/metrics`, `/healthz` and `/readyz`, and nothing else, on a port for those who run the relay; with the option `metrics`
   * false it is the only one that has metrics. Port 0 takes a free one.
   * @throws the error of `server.listen`, such as `EADDRINUSE`
   */
  listenMetrics(port?: number, host?: string): Promise<RelayAddress>;
  /** The channels there are now, as `/channels` shows them to who may see them all. */
  channels(): ChannelInfo[];
  /**
   * What `/metrics` shows of this relay, without the numbers of the process: to be merged with your own, if the server is yours
   * (`Registry.merge([register, await relay.metrics()])`).
   */
  metrics(): Promise<Registry>;
  /**
   * Closes every socket with code 1012 ("come back") and every server of its own. From the call on `/readyz` says no, and nobody new is
   * taken in; sources are told at once, viewers over `drainMs`, and served until then. Without it, it takes well under a second.
   */
  close(how?: { drainMs?: number }): Promise<void>;
}

/** Milliseconds that answers under way have to finish once the relay closes. */
const CLOSE_GRACE = 300;

/**
 * Makes a relay. Nothing listens until `listen` or `attach`.
 * @throws OptionError that names the option that cannot be used
 */
export function createRelay(options: RelayOptions = {}): Relay {
  const resolved = resolveOptions(options);
  const folders = {
    dist: openFolder('dist', resolved.dist ?? packagedDist()),
    demo: openFolder('demo', resolved.demo),
  };
  const tally = new Tally(new Log(resolved.log));
  const refusals = new Refusals(tally, resolved);
  const connections = new Connections(resolved, tally);
  const plain = new PlainConnections(resolved, tally);
  connections.onenter = (socket) => plain.leave(socket);
  const sockets = new Sockets(resolved, tally);
  const authority = authorityOf(resolved, tally.log);
  const bus = openBus(resolved);
  const cluster = bus && new Cluster(bus, resolved, tally.log, (error) => tally.badBus(error));
  // Where there are keys, strangers do not write to each other by way of this relay, nor to anyone else.
  const acquaintances = authority && new Acquaintances(bus);
  const hub = createHub(resolved, tally, authority, cluster, acquaintances);
  const joinPeers = cluster && ((owner: PeersOwner) => cluster.joinPeers(owner));
  const signal = new Signal(resolved, joinPeers, acquaintances, () => tally.refusals.add('peers'));
  const signals = new SignalRequests(resolved, hub, connections, authority, refusals);
  const own = new Set<Server>();
  const detach = new Map<Server | SecureServer, () => void>();
  let closing: Promise<void> | undefined;

  const metrics = new MetricsEndpoint(
    {
      tally,
      connections,
      channels: () => hub.all(),
      signalPeers: () => signal.size,
      joined: cluster && (() => cluster.up),
      named: resolved.metricsChannels,
    },
    refusals,
    resolved.metricsToken,
    authority === null,
    resolved.metricsOfAll,
  );
  const handler = createHandler({
    whyNotFrom: (req) => whyNotFrom(resolved, req),
    channels: new ChannelList(resolved, authority, () => cluster?.channels() ?? hub.channels(), refusals),
    unready: () => {
      if (closing) return 'closing';
      // Why, the log says: strangers may ask here.
      const apart = cluster !== null && !cluster.up && cluster.cutOff >= resolved.cutOffMs;
      return apart ? 'not joined with the other relays' : null;
    },
    failed: (error, path) => tally.log.write('error', 'a request failed', { err: error, path }),
    signals,
    signalKey: resolved.signalKey,
    isolate: resolved.isolate,
    refusals,
    ...folders,
    // A server that is not ours may have metrics of its own.
    metrics: resolved.metrics === true ? metrics : null,
  });
  const upgrade = createUpgrader(
    resolved,
    connections,
    new Newcomers(resolved, tally),
    sockets,
    hub,
    signal,
    () => !closing,
  );

  function attach(server: Server | SecureServer): () => void {
    const done = detach.get(server);
    if (done) return done;
    const onUpgrade = (req: IncomingMessage, duplex: Duplex, head: Buffer): void => {
      if (upgrade(req, duplex, head)) return;
      // Nobody else will answer: without a word the socket would stay open for ever.
      if (server.listenerCount('upgrade') === 1) answerRaw(duplex, 404, 'No WebSocket is served here.');
    };
    server.on('upgrade', onUpgrade);
    const undo = (): void => {
      server.off('upgrade', onUpgrade);
      detach.delete(server);
    };
    detach.set(server, undo);
    return undo;
  }

  async function listen(port = 8787, host = '127.0.0.1'): Promise<RelayAddress> {
    const server = serverOf((req, res) => {
      if (resolved.metrics !== false && metrics.answer(req, res, pathOf(req))) return;
      if (!handler(req, res)) sendNotFound(req, res, 'This is an MPL relay; see /channels.');
    });
    const address = await open(server, port, host);
    attach(server);
    return address;
  }

  function listenMetrics(port = 9090, host = '127.0.0.1'): Promise<RelayAddress> {
    const server = serverOf((req, res) => {
      const path = pathOf(req);
      if (metrics.answer(req, res, path, true)) return;
      if (path === '/healthz' || path === '/readyz') handler(req, res);
      else sendNotFound(req, res, 'There is /metrics, /healthz and /readyz.');
    });
    return open(server, port, host);
  }

  async function open(server: Server, port: number, host: string): Promise<RelayAddress> {
    if (closing) throw new Error('the relay is closed');
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    own.add(server);
    plain.watch(server);
    const address = server.address() as AddressInfo;
    tally.log.write('info', 'listening', { host, port: address.port });
    return { host, port: address.port, url: `http://${urlHost(host)}:${address.port}` };
  }

  async function closeAll(drainMs: number): Promise<void> {
    tally.log.write('info', 'closing', { ...connections.open, drainMs });
    if (drainMs > 0) await sockets.drain(drainMs);
    for (const undo of [...detach.values()]) undo();
    signals.close();
    hub.close();
    const servers = [...own].map((server) => closeServer(server));
    await sockets.close();
    signal.close();
    acquaintances?.close();
    authority?.close();
    await Promise.all([...servers, cluster?.close()]);
  }

  return {
    attach,
    handler,
    listen,
    listenMetrics,
    channels: () => hub.channels(),
    metrics: () => metrics.registry(),
    close: ({ drainMs = resolved.drainMs } = {}) => (closing ??= closeAll(checkLimit('drainMs', drainMs))),
  };
}

const serverOf = (answer: RequestListener): Server =>
  createServer({ headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 }, answer);

function openFolder(option: string, folder: string | false | null): StaticFolder | null {
  if (!folder) return null;
  try {
    return new StaticFolder(folder);
  } catch {
    throw new OptionError(option, `there is no folder ${JSON.stringify(folder)}`);
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** A host as it stands in a URL; the wildcard addresses are not one a browser can open. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
