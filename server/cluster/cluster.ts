/** The relays that this one is joined with: what it does for their channels, and they for its own. */

import { after } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { boolean, natural, object, one, string } from '../../transport/wire/fields.js';
import type { Log } from '../log.js';
import type { ResolvedOptions } from '../options.js';
import type { Channel } from '../relay/channel.js';
import type { ChannelInfo } from '../relay/channel-info.js';
import { Refusal } from '../relay/refusal.js';
import type { Bus } from './bus.js';
import type { ChannelParts, Member } from './channel-parts.js';
import { GuardedBus } from './guarded-bus.js';
import { ChannelMember } from './member.js';
import { about, isHave } from './messages.js';
import { ClusterNode } from './node.js';
import { readOwned } from './owned.js';
import type { KeyframeQuestion } from './owner.js';
import { type PeersOwner, SharedPeers } from './peers.js';
import { parseRedis } from './redis-address.js';
import { RedisBus } from './redis-bus.js';
import { Roster } from './roster.js';

/** A list of all channels is good for so long, ms: it costs every node a message, and strangers may ask. */
const FRESH = 250;
/** Milliseconds that what is given back has to reach the bus when the relay closes. */
const FAREWELL = 500;

/** The bus that the options ask for; null where the relay stands alone. */
export function openBus({ redis, redisPrefix, bus }: ResolvedOptions): Bus | null {
  return bus ?? (redis === undefined ? null : new RedisBus(parseRedis(redis), redisPrefix));
}

/** A channel as one node knows it. */
interface NodeChannel extends ChannelInfo {
  owned: boolean;
}

const isNodeChannel = object({
  name: string,
  state: one('waiting', 'live', 'ended'),
  viewers: natural,
  owned: boolean,
});
const isKeyframeQuestion = object({ channel: string, have: isHave });

export class Cluster {
  readonly node: ClusterNode;
  readonly #roster: Roster;
  /** The channel of this name. @throws Refusal where there are too many */
  channelOf: (name: string) => Channel = () => {
    throw new Refusal(CLOSE.tryLater, 'the relay is starting');
  };
  /** What this node has. */
  listChannels: () => ChannelInfo[] = () => [];
  readonly #members = new Map<string, ChannelMember>();
  #channels: Promise<ChannelInfo[]> | null = null;
  /** That it is away has been told. */
  #told = false;
  /** Since when it is cut off (`performance.now()`); long before it was joined for the first time. */
  #cutOffAt = Number.NEGATIVE_INFINITY;

  readonly bus: Bus;

  constructor(
    given: Bus,
    { leaseMs }: Pick<ResolvedOptions, 'leaseMs'>,
    readonly log: Log,
    /** What came over the bus could not be taken. */
    bad: (error: Error) => void = () => {},
  ) {
    const bus = new GuardedBus(given, bad);
    this.bus = bus;
    this.node = new ClusterNode(bus, leaseMs);
    this.node.onopen = (link, as, name) => {
      const member = this.#members.get(name);
      if (member === undefined) link.close(CLOSE.goingAway.code, 'the channel is not at this relay');
      else if (as === 'follower') member.accept(link);
      else if (member.owns) this.channelOf(name).addTunnel(link);
      else link.close(CLOSE.tryLater.code, 'the channel is at another relay by now');
    };
    this.node.onbad = (error) => bad(error);
    const keyframe = ({ channel, have }: KeyframeQuestion) => this.#memberOf(channel).keyframe(have);
    this.node.answers.set('keyframe', about(isKeyframeQuestion, keyframe));
    this.node.answers.set(
      'now',
      about(string, (name: string) => this.#memberOf(name).now()),
    );
    this.node.listeners.set(
      'moved',
      about(string, (name: string) => this.#members.get(name)?.moved()),
    );
    this.node.answers.set('channels', () => this.#channelsHere());
    this.#roster = new Roster(this.node);
    let up = bus.up;
    bus.onstate = () => {
      this.#note();
      if (bus.up === up) return;
      up = bus.up;
      if (!up) this.#cutOffAt = performance.now();
      if (up) this.#roster.beat();
      for (const member of this.#members.values()) member.busChanged();
    };
    if (bus.up) this.#note();
  }

  /** Is the bus there? */
  get up(): boolean {
    return this.bus.up;
  }

  /** For how long it has been cut off from the others, ms: 0 while it is joined, for ever before it was. */
  get cutOff(): number {
    return this.bus.up ? 0 : performance.now() - this.#cutOffAt;
  }

  /** Gives a channel its place. */
  join(channel: ChannelParts): Member {
    const member = new ChannelMember(channel, this.node, () => {
      if (this.#members.get(channel.name) === member) this.#members.delete(channel.name);
    });
    this.#members.set(channel.name, member);
    return member;
  }

  /** The other node that owns this channel; null where none does, or nobody can be asked. */
  async ownerOf(name: string): Promise<string | null> {
    const owned = await this.bus.get(`o:${name}`).catch(() => null);
    const node = readOwned(owned && new TextDecoder().decode(owned))?.node ?? null;
    return node === this.node.id ? null : node;
  }

  /** The signaling peers of all nodes. */
  joinPeers(owner: PeersOwner): SharedPeers {
    return new SharedPeers(this.node, owner);
  }

  /** The channels of all nodes: who is where, added up. */
  channels(): Promise<ChannelInfo[]> {
    if (this.#channels === null) {
      this.#channels = this.#allChannels();
      after(FRESH, () => {
        this.#channels = null;
      });
    }
    return this.#channels;
  }

  async #allChannels(): Promise<ChannelInfo[]> {
    const others = this.up ? await this.#roster.ask<NodeChannel[]>('channels', null) : [];
    const all = new Map<string, NodeChannel>();
    for (const channel of [...this.#channelsHere(), ...others.flat().filter(isNodeChannel)]) {
      const known = all.get(channel.name);
      // How its source stands, its owner knows best.
      const best = known === undefined || (channel.owned && !known.owned) ? channel : known;
      all.set(channel.name, { ...best, viewers: channel.viewers + (known?.viewers ?? 0) });
    }
    return [...all.values()].map(({ name, state, viewers }) => ({ name, state, viewers }));
  }

  /** Tells the others that this node is leaving. Its channels have been closed before. */
  async close(): Promise<void> {
    this.#roster.close();
    this.node.close();
    // What was given back is on its way: whoever is answered after it knows that it has arrived.
    const arrived = this.bus.swap('o:', '-', null, 0).catch(() => {});
    let late: NodeJS.Timeout | undefined;
    await Promise.race([arrived, new Promise((resolve) => (late = setTimeout(resolve, FAREWELL)))]);
    clearTimeout(late);
    await this.bus.close();
  }

  #memberOf(name: string): ChannelMember {
    const member = this.#members.get(name);
    if (member === undefined) throw new Refusal(CLOSE.goingAway, 'the channel is not at this relay');
    return member;
  }

  #channelsHere(): NodeChannel[] {
    return this.listChannels().map((info) => ({ ...info, owned: this.#members.get(info.name)?.owns === true }));
  }

  #note(): void {
    const { bus, log, node } = this;
    if (bus.up) {
      // Who was told of trouble is told of its end.
      log.write(this.#told ? 'warn' : 'info', 'joined with the other relays', { node: node.id });
      this.#told = false;
    } else if (!this.#told) {
      this.#told = true;
      log.write('warn', 'cut off from the other relays', { node: node.id, why: bus.why });
    }
  }
}
