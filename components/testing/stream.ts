/** A real source for tests: a small world in this page, streamed through the real relay that the test runner started. */

import { type ControlCommand, type ControlMode, Source, Uplink } from '../../transport/index.js';
import { seeded, TestWorld } from '../../transport/testing/world.js';

declare global {
  /** `http://host:port` of the relay. */
  var RELAY: string;
}

export const relayUrl = (): string => globalThis.RELAY;

let count = 0;
/** A name no other test uses. */
export const freshChannel = (): string => `test-${Date.now().toString(36)}-${count++}`;

export interface StreamOptions {
  channel?: string;
  control?: ControlMode;
  token?: string;
  controllers?: 'one' | 'many';
  width?: number;
  height?: number;
  /** Of a source that takes over from another. */
  claim?: string;
}

export class Stream {
  readonly channel: string;
  readonly claim: string;
  readonly world: TestWorld;
  readonly source: Source;
  readonly uplink: Uplink;
  /** Commands that were granted, in their order. */
  readonly commands: ControlCommand[] = [];
  paused = false;
  readonly #random = seeded(7);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamOptions = {}) {
    const { channel = freshChannel(), control = 'viewers', controllers = 'many', token } = options;
    const { width = 320, height = 200 } = options;
    this.channel = channel;
    this.claim = options.claim ?? `claim-of-${channel}-0123456789`;
    this.world = new TestWorld(width, height);
    this.world.step((width * height) / 5, this.#random);
    this.source = new Source(this.world, {
      channel,
      control,
      controllers,
      ...(token && { token }),
      oncommand: (command) => this.#obey(command),
    });
    this.#tell();
    this.uplink = new Uplink(this.source, {
      url: `${relayUrl().replace('http', 'ws')}/peer/${channel}`,
      claim: this.claim,
    });
  }

  /** Steps and publishes, once. */
  step(cells = 20): void {
    this.world.step(cells, this.#random);
    this.source.publish();
  }

  /** Goes on by itself, and tells how it fares. */
  run(): this {
    this.#timer ??= setInterval(() => {
      if (!this.paused) this.step();
      this.source.report({
        generation: this.world.version,
        rate: 25,
        population: 1234,
        engine: 'test',
        engineReason: 'it is one',
        fps: 25,
        tilesChanged: 100,
      });
    }, 40);
    return this;
  }

  close(): void {
    clearInterval(this.#timer);
    this.uplink.close();
    this.source.fanout.close(1000, 'closed');
  }

  #obey(command: ControlCommand): void {
    this.commands.push(command);
    if (command.command === 'play' || command.command === 'pause') this.paused = command.command === 'pause';
    this.#tell();
  }

  #tell(): void {
    const { width, height } = this.world;
    this.source.setControlState({
      paused: this.paused,
      speed: 25,
      rule: 'B3/S23',
      neighborhood: 'moore',
      wrap: 'torus',
      width,
      height,
      pattern: 'soup',
    });
  }
}
