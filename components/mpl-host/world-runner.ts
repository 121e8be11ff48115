/**
 * A world that runs and is streamed, without a page: it lives in a worker, or in the page itself where workers are
 * forbidden. It hears what the page says, brings it into its order, and keeps the way to the relay.
 */

import { MemoryError } from '../../sim/index.js';
import { type ControlCommand, PortLink, type SourceEnd, type TokenSource, Uplink } from '../../transport/index.js';
import type { BuildOptions } from './build-life.js';
import { buildWorld } from './build-world.js';
import { AT_ONCE, ENDS_LOADING, ENDS_STEP, obey, patternFor, takePattern } from './commands.js';
import { CalledOff, IN_NO_TIME, Loader } from './loader.js';
import { readPattern, takesLong } from './read-pattern.js';
import { Reporter } from './reporter.js';
import { RunningWorld } from './running-world.js';
import type { FromWorld, GivenPattern, PaceMessage, ToWorld, WorldSettings } from './world-messages.js';

const DIRECT_HIGH_WATER = 64 * 1024;
/** Commands that wait for their turn, at most, of all receivers together. */
const MAX_WAITING = 1000;

export class WorldRunner {
  #world!: RunningWorld;
  #reporter: Reporter | null = null;
  #uplink: Uplink | null = null;
  /** Under which id the page answers calls, and how many. */
  #peer: { peer: string; maxPeers: number } | null = null;
  /** Viewers that came directly, by their peer ids. */
  readonly #directs = new Map<string, SourceEnd>();
  /** The right to publish. */
  #token: TokenSource | undefined;
  /** What the page was asked for, and has not answered. */
  readonly #wanted = new Map<number, { resolve(token: string): void; reject(error: Error): void }>();
  #asked = 0;
  /** Count of the last pace that was set, and those that wait for their turn. */
  #paces = 0;
  readonly #waitingPaces: PaceMessage[] = [];
  /** Changes of the world are made one after another. */
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** What leaves the world as it is waits only until there is one. */
  #started: Promise<unknown> = Promise.resolve();
  /** Ends the step under way, and those that wait. */
  #steps = new AbortController();
  readonly #loader = new Loader((loading) => this.post({ type: 'loading', loading }));
  /** A large pattern is being put into a world that is to take the place of this one. */
  #placing = false;
  #halted = false;

  /** @param stepMs milliseconds that one step may take; default 5000 */
  constructor(
    readonly post: (message: FromWorld) => void,
    readonly stepMs?: number,
  ) {}

  receive(message: ToWorld): void {
    switch (message.type) {
      case 'start':
        this.#inTurn(() => this.#start(message), true);
        this.#started = this.#queue;
        return;
      case 'change':
        return this.#change(message.settings);
      case 'file':
        this.#loader.callOff('another pattern');
        this.post({ type: 'called-off' });
        return this.#loadOrFail(message.pattern, (load) => takePattern(this.#world, message.pattern, load));
      case 'call-off':
        return this.#loader.callOff('another pattern');
      case 'ping':
        return this.post({ type: 'pong' });
      case 'pace':
        if (message.pace.paused !== undefined) this.#endSteps(message.pace.paused ? 'pause' : 'play');
        this.#waitingPaces.push(message);
        if (this.#placing) return this.#setPaces(message.count);
        return this.#inTurn(() => this.#setPaces(message.count));
      case 'stop':
        this.#loader.callOff('"stop"');
        this.#endSteps('stop');
        return this.#inTurn(() => this.#stop());
      case 'token-given': {
        const wanted = this.#wanted.get(message.id);
        this.#wanted.delete(message.id);
        if (message.problem) wanted?.reject(new Error(message.problem));
        else wanted?.resolve(message.token);
        return;
      }
      case 'digest':
        // A long step stands still for it, as a world that plays does.
        if (this.#world?.stepping || this.#placing) void this.#digest(message);
        else this.#inTurn(() => this.#digest(message));
        return;
      default:
        this.#started = this.#started.then(() => this.#connect(message)).catch((error: Error) => this.#fail(error));
    }
  }

  /** Lets go of everything without a word to viewers, as a worker does that is terminated. */
  leave(): void {
    this.#loader.callOff('its end');
    this.#endSteps('stop');
    this.#inTurn(() => {
      this.#halt();
      this.#setUplink(null);
      this.#world?.source.fanout.close();
    });
  }

  async #start({ channel, settings, pace, snapshot }: Extract<ToWorld, { type: 'start' }>): Promise<void> {
    let wanted = settings;
    const options: BuildOptions = { ...this.#loader.begin(), snapshot };
    const file = snapshot || settings.sim !== 'life' ? null : settings.pattern;
    // A rule that cannot be had costs no second reading.
    if (takesLong(file)) options.pattern = await readPattern(file, options);
    this.post({ type: 'busy', busy: true });
    const built = await buildWorld(wanted, options).catch((error: Error) => {
      if (error.name !== 'RuleError') throw error;
      // One wrong attribute costs that attribute, not the world.
      this.#fail(error);
      wanted = { ...settings, rule: '', neighborhood: undefined };
      return buildWorld(wanted, options);
    });
    this.post({ type: 'busy', busy: false });
    this.#loader.over(options);
    this.#world = new RunningWorld(built, {
      channel,
      settings: wanted,
      pace,
      oncommand: (command) => this.#command(command),
      onstanding: (standing) => this.post({ type: 'standing', paces: this.#paces, ...standing }),
      onedited: (edited) => this.post({ type: 'edited', ...edited }),
      onbusy: (busy) => this.post({ type: 'busy', busy }),
      onfailed: (error) => (error instanceof MemoryError ? this.#fail(error, false, true) : this.#crash(error)),
      stepMs: this.stepMs,
    });
    this.#world.source.fanout.onstatus = ({ viewers = 0 }, end) => {
      // Only the relay knows; a viewer that comes directly could say anything.
      if (end.link.kind === 'websocket') this.post({ type: 'viewers', viewers });
    };
    this.#reporter = new Reporter(this.#world, this.post);
    this.post({ type: 'ready' });
  }

  /** Up to this one: what may not wait takes with it those that were told before, and does not overtake them. */
  #setPaces(last: number): void {
    while (this.#waitingPaces.length > 0 && this.#waitingPaces[0]!.count <= last) {
      const { pace, count } = this.#waitingPaces.shift()!;
      this.#paces = count;
      this.#world.setPace(pace);
    }
  }

  /** Who watches, and from where; not what. */
  #connect(
    message: Exclude<
      ToWorld,
      { type: 'start' | 'change' | 'file' | 'call-off' | 'pace' | 'ping' | 'stop' | 'digest' | 'token-given' }
    >,
  ): void {
    switch (message.type) {
      case 'view':
        this.#world.source.attach(new PortLink(message.port), { owner: true });
        return;
      case 'direct': {
        const link = new PortLink(message.port, { kind: 'webrtc', highWater: DIRECT_HIGH_WATER });
        const end = this.#world.source.attach(link, message.viewer);
        const { onclose } = link;
        link.onclose = (event) => {
          if (this.#directs.get(message.peer) === end) this.#directs.delete(message.peer);
          onclose?.(event);
        };
        this.#directs.set(message.peer, end);
        return;
      }
      case 'vouched':
        return this.#directs.get(message.peer)?.setRights(message.rights);
      case 'uplink':
        return this.#setUplink(message.url, message.claim);
      case 'retry':
        return this.#uplink?.retryNow();
      case 'peer':
        // It may be known before there is a way to the relay.
        this.#peer = message;
        return this.#uplink?.setPeer(message.peer, message.maxPeers);
      case 'introduced':
        return this.#uplink?.introduce(message.message);
      case 'token':
        this.#token = message.token === null ? () => this.#askForToken() : message.token || undefined;
        if (this.#uplink) this.#uplink.token = this.#token;
        return;
    }
  }

  /** Changes wait for their turn: a slow one (a large grid) is never overtaken by the next. */
  #inTurn(run: () => void | Promise<void>, fatal = false): void {
    void this.#wait(run).catch((error: Error) => this.#fail(error, fatal));
  }

  #wait(run: () => void | Promise<void>): Promise<void> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** What takes long to read is read beside all else, before it is its turn; what may not wait is done while it is placed. */
  async #load(file: GivenPattern | null, run: (load: BuildOptions) => void | Promise<void>): Promise<void> {
    if (!takesLong(file)) return this.#wait(() => run(IN_NO_TIME));
    const load = this.#loader.begin();
    try {
      const pattern = await readPattern(file, load);
      await this.#wait(async () => {
        load.signal.throwIfAborted();
        this.#placing = true;
        await Promise.resolve(run({ ...load, pattern })).finally(() => {
          this.#placing = false;
        });
      });
    } finally {
      this.#loader.over(load);
    }
  }

  #change(settings: Partial<WorldSettings>): void {
    const { rule, neighborhood, wrap, pattern, ...rest } = settings;
    if (pattern !== undefined) this.#loader.callOff('another pattern');
    const again = pattern === undefined && Object.keys(rest).length > 0;
    // Before there is a world, nothing can be asked of it.
    const file = again ? (this.#world?.settings.pattern ?? null) : (pattern ?? null);
    this.#loadOrFail(file, (load) => this.#world.change(settings, load));
  }

  #loadOrFail(file: GivenPattern | null, run: (load: BuildOptions) => Promise<void>): void {
    void this.#load(file, run).catch((error: Error) => {
      if (!(error instanceof CalledOff)) this.#fail(error);
    });
  }

  /** So do commands, whose answer is for whoever asked. */
  async #command(command: ControlCommand): Promise<void> {
    if (ENDS_STEP.has(command.command)) this.#endSteps(command.command);
    if (ENDS_LOADING.has(command.command)) {
      this.#loader.callOff(`"${command.command}"`);
      this.post({ type: 'called-off' });
    }
    // What is done at once need not wait long, however many wait.
    if (this.#waiting >= MAX_WAITING && !AT_ONCE.has(command.command))
      throw new Error('too many commands wait for their turn; try again later');
    const { signal } = this.#steps;
    const run = (load: BuildOptions) => {
      if (command.command !== 'stop') return obey(this.#world, command, signal, load);
      // Whoever asked is told first.
      setTimeout(() => this.#stop());
    };
    if (this.#placing && AT_ONCE.has(command.command)) return run(IN_NO_TIME);
    this.#waiting++;
    return this.#load(patternFor(this.#world, command), run).finally(() => this.#waiting--);
  }

  #endSteps(why: string): void {
    this.#steps.abort(why);
    this.#steps = new AbortController();
  }

  async #digest({ id, rect }: Extract<ToWorld, { type: 'digest' }>): Promise<void> {
    try {
      const { version, hash } = await this.#world.world.digest(rect);
      this.post({ type: 'digest', id, version, hash });
    } catch (error) {
      this.post({ type: 'digest-error', id, message: (error as Error).message });
    }
  }

  #askForToken(): Promise<string> {
    const id = ++this.#asked;
    // One that is asked for again does not wait for the answer before.
    for (const { reject } of this.#wanted.values()) reject(new Error('it was asked again'));
    this.#wanted.clear();
    return new Promise((resolve, reject) => {
      this.#wanted.set(id, { resolve, reject });
      this.post({ type: 'token-wanted', id });
    });
  }

  #setUplink(url: string | null, claim = ''): void {
    this.#uplink?.close();
    this.#uplink = null;
    if (url === null || this.#halted) return;
    const uplink = new Uplink(this.#world.source, {
      url,
      claim,
      token: this.#token,
      onstatus: (status, reason) => {
        if (this.#uplink === uplink || this.#uplink === null) {
          this.post({ type: 'uplink', status, reason, reconnects: this.#uplink?.reconnects ?? 0 });
        }
      },
      onintroduce: (message) => this.post({ type: 'introduce', message }),
    });
    this.#uplink = uplink;
    if (this.#peer) uplink.setPeer(this.#peer.peer, this.#peer.maxPeers);
  }

  #stop(): void {
    this.#halt();
    // First, so that what is told of the way to the relay, which ends with it, does not pass for a failure.
    this.post({ type: 'ended' });
    this.#world.source.end();
    this.#setUplink(null);
  }

  #halt(): void {
    this.#halted = true;
    this.#world?.pacemaker.close();
    this.#world?.dispose();
    this.#reporter?.stop();
  }

  /** What the engine holds now is nothing to be shown. */
  #crash(error: Error): void {
    this.#halt();
    this.post({ type: 'crash', message: error.message });
  }

  #fail(error: Error, fatal = false, stuck = false): void {
    this.post({ type: 'error', name: error.name, message: error.message, fatal, stuck });
  }
}
