/**
 * A stage for plays about links: source, uplink, relay channel, receivers and their sessions are the real ones. Only the
 * network and the clock are the test's, so that a thousand breakdowns take a second and any failure comes again from its
 * seed. Whenever a receiver is whole, it has to show, tile by tile, what the source showed at that version; and a tile that
 * a receiver may not see must not be in a single message to it.
 */

import assert from 'node:assert/strict';
import { resolveOptions } from '../../server/options.js';
import { Channel } from '../../server/relay/channel.js';
import type { Link } from '../link/link.js';
import { Receiver } from '../receiver.js';
import { Source } from '../source.js';
import { TILE, TILE_WORDS, type TileGrid, tilesFor } from '../state/tile.js';
import { inWindow } from '../state/window.js';
import { Uplink } from '../uplink.js';
import { readBatch } from '../wire/batch.js';
import { decompress } from '../wire/deflate.js';
import { decodeFrame } from '../wire/frame.js';
import { decodeGridMeta, decodeGridTiles } from '../wire/grid.js';
import type { Rect, Rights, TileWindow } from '../wire/messages.js';
import { FLAG } from '../wire/types.js';
import { Network } from './network.js';
import { type FakeTime, settled } from './time.js';
import { seeded, TestWorld } from './world.js';

export interface Setup {
  seed: number;
  planes: number;
  width: number;
  height: number;
  tileBudget: number;
  highWater: number;
  /** Cells set before anyone watches. */
  start: number;
  /** What the roamer asks for at first. */
  window?: TileWindow | null;
  /** What the homebody, who never asks for less than all, may see. */
  view?: Rect;
}

export type Where = 'base' | 'direct' | 'uplink';
export type Action =
  | { do: 'step'; n: number }
  | { do: 'publish'; n: number }
  | { do: 'deliver'; n: number }
  | { do: 'time'; ms: number }
  | { do: 'cut'; where: Where }
  | { do: 'freeze'; where: Where }
  | { do: 'transport'; transport: 'auto' | 'relay' | 'p2p' }
  | { do: 'maxFps'; fps: number | undefined }
  | { do: 'maxBps'; bytes: number | undefined }
  | { do: 'standby'; standby: boolean }
  | { do: 'window'; window: TileWindow | null }
  | { do: 'view'; view: Rect | undefined }
  | { do: 'digest'; rect: Rect }
  | { do: 'late' }
  | { do: 'epoch' }
  | { do: 'relay' };

/** A claim that comes late, after the one of the next connection, is taken for a takeover, so an uplink loses all at once. */
const some = ({ where }: { where: Where }): boolean => where !== 'uplink';

export const tell = (receiver: Receiver): string => {
  const { status, reason, link, linkReason, grid, counts, window, covered, rights } = receiver;
  const { version, whole } = grid ?? {};
  return JSON.stringify({ status, reason, link, linkReason, version, whole, window, covered, rights, counts });
};

/** A number for the content of a tile; 0 for an empty one. */
function tileHash(grid: TileGrid, key: number): number {
  let hash = 2166136261;
  let any = 0;
  for (let plane = 0; plane < grid.planes; plane++) {
    const { words, offset, stride } = grid.tile(key, plane);
    for (let row = 0, i = offset; row < TILE_WORDS / 2; row++, i += stride) {
      any |= words[i]! | words[i + 1]!;
      hash = Math.imul(hash ^ words[i]!, 16777619);
      hash = Math.imul((hash ^ words[i + 1]!) + (hash >>> 15), 16777619);
    }
  }
  return any === 0 ? 0 : hash >>> 0;
}

const tileHashes = (grid: TileGrid): Uint32Array =>
  Uint32Array.from({ length: tilesFor(grid.width) * tilesFor(grid.height) }, (_, key) => tileHash(grid, key));

export class Stage {
  readonly random: () => number;
  readonly network: Network;
  readonly source: Source;
  readonly uplink: Uplink;
  /** Changes links and windows. */
  readonly roamer: Receiver;
  readonly homebody: Receiver;
  /** Came late. */
  readonly late: Receiver[] = [];
  readonly links: { [where in Where]: Link | null } = { base: null, direct: null, uplink: null };
  world: TestWorld;
  channel!: Channel;
  wholes = 0;
  /** Digests that were had. */
  digests = 0;
  view: Rect | undefined;
  #failure: Error | null = null;
  /** What may be seen over each link to the homebody. */
  readonly #views = new WeakMap<Link, Rect | undefined>();
  /** Digests that are still to come. */
  #asked = 0;
  /** Of the world at every version of every epoch. */
  readonly #truth = new Map<string, Uint32Array>();

  constructor(
    readonly time: FakeTime,
    readonly setup: Setup,
  ) {
    this.random = seeded(setup.seed);
    this.view = setup.view;
    this.network = new Network(this.random, setup.highWater);
    this.#openRelay();
    this.world = this.#newWorld();
    this.source = new Source(this.world, { tileBudget: setup.tileBudget, maxFps: 50 });
    this.#record();
    this.uplink = new Uplink(this.source, {
      url: '',
      claim: 'a-claim-for-the-test',
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        this.links.uplink = near;
        this.channel.addSource(far);
        return Promise.resolve(near);
      },
      onintroduce: ({ peer }) => this.uplink.introduce({ peer }),
    });
    this.uplink.setPeer('host', 8);
    this.roamer = this.#watch('roamer', setup.window ?? null);
    this.homebody = this.#watch('homebody');
  }

  async act(action: Action): Promise<void> {
    if (action.do === 'step' || action.do === 'publish') {
      this.world.step(action.n, this.random);
      this.#record();
      if (action.do === 'publish') this.source.publish();
    } else if (action.do === 'deliver') this.network.deliver(action.n);
    else if (action.do === 'time') await this.time.advance(action.ms);
    else if (action.do === 'cut') this.#with(action.where, (link) => this.network.cut(link, some(action)));
    else if (action.do === 'freeze') this.#with(action.where, (link) => this.network.freeze(link, some(action)));
    else if (action.do === 'transport') this.roamer.transport = action.transport;
    else if (action.do === 'standby') this.roamer.standby = action.standby;
    else if (action.do === 'maxFps') this.roamer.maxFps = action.fps;
    else if (action.do === 'maxBps') this.roamer.maxBps = action.bytes;
    else if (action.do === 'window') this.roamer.window = action.window;
    else if (action.do === 'view') this.#show(action.view);
    else if (action.do === 'digest') void this.#digest(action.rect);
    else if (action.do === 'late') this.late.push(this.#watch('late', this.roamer.window));
    else if (action.do === 'epoch') {
      this.world = this.#newWorld();
      this.source.restart(this.world);
      this.#record();
    } else this.#openRelay();
    await settled();
    if (this.#failure) throw this.#failure;
  }

  /** Lets the network and the clock run, with the world at rest, until all agree. */
  async rest(): Promise<void> {
    this.roamer.transport = 'auto';
    this.roamer.maxFps = undefined;
    this.roamer.maxBps = undefined;
    this.roamer.standby = false;
    this.world.step(1, this.random);
    this.#record();
    // What computes a digest is loaded when it is asked for, in real time.
    for (let i = 0; i < (this.#asked > 0 ? 100_000 : 600); i++) {
      this.source.publish();
      this.network.deliver(50);
      await settled();
      if (this.#failure) throw this.#failure;
      const all = [this.roamer, this.homebody, ...this.late];
      if (this.#asked === 0 && all.every((receiver) => this.#agrees(receiver))) return;
      await this.time.advance(i < 300 ? 20 : 500);
    }
    assert.fail(
      `never agreed on version ${this.world.version}: ${tell(this.roamer)} ${tell(this.homebody)} ` +
        `${this.late.map(tell)} uplink ${this.uplink.status} ${this.uplink.reason}`,
    );
  }

  close(): void {
    for (const receiver of [this.roamer, this.homebody, ...this.late]) receiver.stop();
    this.uplink.close();
    this.source.fanout.close();
    this.channel.close();
    this.network.end();
    // Whatever the closing left behind is not to run into the next play.
    this.time.clear();
  }

  #newWorld(): TestWorld {
    const world = new TestWorld(this.setup.width, this.setup.height, this.setup.planes);
    world.step(this.setup.start, this.random);
    return world;
  }

  #record(): void {
    this.#truth.set(`${this.source.epoch} ${this.world.version}`, tileHashes(this.world));
  }

  #with(where: Where, run: (link: Link) => void): void {
    const link = this.links[where];
    if (link !== null) run(link);
  }

  /** A relay that starts knows nothing; what was connected to the old one is not any more. */
  #openRelay(): void {
    const old = this.channel;
    this.channel = new Channel(
      'demo',
      resolveOptions({}),
      () => Number.POSITIVE_INFINITY,
      () => {},
    );
    this.channel.fanout.tileBudget = this.setup.tileBudget;
    if (old === undefined) return;
    old.close();
    for (const end of [...old.fanout.ends]) this.network.cut(end.link);
    this.#with('uplink', (link) => this.network.cut(link, false));
  }

  #rights(): Rights {
    return { control: false, ...(this.view && { view: this.view }) };
  }

  /** The homebody may see something else from now on, as the present relay has it. */
  #show(view: Rect | undefined): void {
    this.view = view;
    for (const end of this.channel.fanout.ends) {
      if (!this.#views.has(end.link)) continue;
      this.#views.set(end.link, view);
      end.setRights(this.#rights());
    }
  }

  /** Reads what is said to the homebody: not a tile may be there that has a cell outside its view. */
  #guard(link: Link): void {
    this.#views.set(link, this.view);
    const { setup } = this;
    const tilesX = tilesFor(setup.width);
    const tiles = tilesX * tilesFor(setup.height);
    const send = link.send.bind(link);
    const check = (message: Uint8Array): void => {
      const frame = decodeFrame(message);
      if (frame.type === 'GridMeta') assert.equal(decodeGridMeta(frame.payload).width, setup.width);
      const view = this.#views.get(link);
      if (frame.type === 'GridTiles' && view) {
        const { x, y, width, height } = view;
        const deflated = (frame.flags & FLAG.COMPRESSED) !== 0;
        const { batch } = decodeGridTiles(deflated ? decompress(frame.payload, 1e8) : frame.payload);
        for (const { key } of readBatch(batch, tiles, setup.planes)) {
          const [left, top] = [(key % tilesX) * TILE, Math.floor(key / tilesX) * TILE];
          const right = Math.min(left + TILE, setup.width);
          const bottom = Math.min(top + TILE, setup.height);
          const inside = left >= x && top >= y && right <= x + width && bottom <= y + height;
          assert.ok(inside, `tile ${key} was sent, the view is ${JSON.stringify(view)}`);
        }
      }
    };
    link.send = (message) => {
      this.#note(() => check(message));
      send(message);
    };
  }

  #watch(who: 'roamer' | 'homebody' | 'late', window?: TileWindow | null): Receiver {
    const receiver = new Receiver({
      ...(window && { window }),
      connect: () => {
        const [near, far] = this.network.pair('websocket');
        if (who === 'roamer') this.links.base = near;
        if (who === 'homebody') this.#guard(far);
        const end = this.channel.addViewer(far);
        if (who === 'homebody') end.setRights(this.#rights());
        return Promise.resolve(near);
      },
      ...(who === 'roamer' && {
        dialer: () =>
          Promise.resolve({
            ready: () => Promise.resolve(`peer-${this.random()}`),
            dial: () => {
              const [near, far] = this.network.pair('webrtc');
              this.links.direct = near;
              this.source.attach(far);
              return Promise.resolve(near);
            },
            close: () => {},
          }),
      }),
    });
    let last = { epoch: -1, version: -1 };
    const since = new Map<number, number>();
    receiver.listen((event) => {
      if (event.type !== 'tiles' && event.type !== 'grid') return;
      const { epoch, version, whole } = receiver.grid!;
      const before = event.type === 'grid' || last.epoch !== epoch ? -1 : last.version;
      last = { epoch, version };
      this.#note(() => assert.ok(version >= before, `the ${who} went back from ${before} to ${version}`));
      if (event.type === 'grid') since.clear();
      else this.#note(() => this.#checkTiles(receiver, event.keys, since, who));
      if (!whole) return;
      this.wholes++;
      this.#note(() => this.#check(receiver, who));
    });
    receiver.start();
    return receiver;
  }

  /** Whoever calls may think that a failure is its own; the play has to end with it. */
  #note(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#failure ??= error as Error;
    }
  }

  /**
   * No tile goes back: what it shows now the source showed at the version that it showed before, or later. Or it was cleared.
   * @param since by tile, the first version at which it may have been what it is
   */
  #checkTiles({ grid }: Receiver, keys: readonly number[], since: Map<number, number>, who: string): void {
    const { epoch, version } = grid!;
    // Cleared and filled at once, since another link took over that was not told of it: then it is named twice.
    const named = new Set<number>();
    for (const key of keys) {
      if (named.has(key)) since.delete(key);
      named.add(key);
    }
    for (const key of named) {
      const hash = tileHash(grid!, key);
      let at = since.get(key) ?? 0;
      while (at <= version && this.#truth.get(`${epoch} ${at}`)?.[key] !== hash) at++;
      assert.ok(at <= version || hash === 0, `tile ${key} of the ${who} was at ${since.get(key)} and is older now`);
      since.set(key, at <= version ? at : 0);
    }
  }

  #truthOf({ epoch, version }: { epoch: number; version: number }): Uint32Array {
    const truth = this.#truth.get(`${epoch} ${version}`);
    assert.ok(truth, `the source never was at version ${version} of epoch ${epoch}`);
    return truth;
  }

  /** All that it says is whole equals the source. */
  #check({ grid, covered }: Receiver, who: string): void {
    const { version, tilesX } = grid!;
    const truth = this.#truthOf(grid!);
    const held = tileHashes(grid!);
    for (const [key, hash] of held.entries()) {
      if (hash === truth[key] || !inWindow(covered, key, tilesX)) continue;
      const where = covered ? `in ${JSON.stringify(covered)}` : 'everywhere';
      assert.fail(`the ${who} is whole ${where} at version ${version}, but its tile ${key} is not the source's`);
    }
  }

  /** Asks for a digest: it has to come, or to fail, at last; what it is made of is checked like all that is whole. */
  async #digest(rect: Rect): Promise<void> {
    this.#asked++;
    const x = Math.min(rect.x, this.setup.width - 1);
    const y = Math.min(rect.y, this.setup.height - 1);
    const [width, height] = [Math.min(rect.width, this.setup.width - x), Math.min(rect.height, this.setup.height - y)];
    await this.roamer.digest({ x, y, width, height }).then(
      () => this.digests++,
      () => {},
    );
    this.#asked--;
  }

  #agrees(receiver: Receiver): boolean {
    const { grid } = receiver;
    return receiver.whole && grid!.epoch === this.source.epoch && grid!.version === this.world.version;
  }
}
