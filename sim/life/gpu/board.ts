/** The cells on a GPU: buffers, kernels, and what is sent there and back. What goes wrong is told by rejections. */
import { type Layout, PLANE_WORDS } from '../layout.js';
import type { Mirror, Run } from '../mirror.js';
import { bytesFor } from './adapter.js';
import { ALL } from './flags.js';
import { gatherShader, HEAD_WORDS } from './gather-shader.js';
import { TILES_A_WORKGROUP } from './step-shader.js';

/** Bytes of tiles read back at a time, and of those that are under way to the device. */
const READ_BYTES = 2 ** 22;
const SEND_BYTES = 2 ** 24;
/** A submission should take some milliseconds: long enough to cost little itself, and no driver takes it for hung. */
const SHORT_MS = 15;
const LONG_MS = 50;
const MOST_GENERATIONS = 1024;
/** Workgroups along one side of a dispatch; every device takes so many. */
const MAX_WORKGROUPS = 65535;

/** Values of the specification's GPUBufferUsage and GPUMapMode. */
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
const STORAGE = 128;
const READ = 1;

export class Board {
  /** Generation n lies in one, n-1 in the other. */
  readonly #cells: GPUBuffer[];
  /** By generation modulo 3: what it differs in from the one two before; the next one's, filled as it is computed. */
  readonly #flags: GPUBuffer[];
  /** The cells as they were last read back. */
  readonly #snapshot: GPUBuffer;
  readonly #found: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #gather: GPUComputePipeline;
  #gatherGroups: GPUBindGroup[] = [];
  #step: GPUComputePipeline | null = null;
  #stepGroups: GPUBindGroup[] = [];
  #code = '';
  #generation = 0;
  /** Generations a submission. */
  #stride = 2;
  /** Tiles that are likely to have changed by the next time. */
  #expected = 64;
  /** Why nothing that comes from the device can be trusted any more. */
  #fault = '';
  /** Tiles read back at a time. */
  readonly #room: number;
  readonly #tiles: number;
  readonly #span: number;

  private constructor(
    readonly device: GPUDevice,
    readonly layout: Layout,
    readonly planes: number,
  ) {
    void device.lost.then(() => {
      this.#fault ||= 'the device was lost';
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#fault ||= error.message;
    });
    this.#tiles = layout.tilesX * layout.tilesY;
    this.#span = planes * PLANE_WORDS;
    this.#room = Math.min(this.#tiles, Math.floor(READ_BYTES / 4 / (this.#span + 1)));
    const storage = (size: number) => device.createBuffer({ size, usage: STORAGE | COPY_DST | COPY_SRC });
    const bytes = bytesFor(layout, planes);
    this.#cells = [storage(bytes), storage(bytes)];
    this.#flags = [0, 1, 2].map(() => storage((this.#tiles + 1) * 4));
    this.#snapshot = storage(bytes);
    const readBytes = (HEAD_WORDS + this.#room * (this.#span + 1)) * 4;
    this.#found = storage(readBytes);
    this.#staging = device.createBuffer({ size: readBytes, usage: MAP_READ | COPY_DST });
    const code = gatherShader(this.#tiles, planes, this.#room);
    const module = device.createShaderModule({ code });
    this.#gather = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'gather' } });
    this.#gatherGroups = this.#cells.map((cells) => this.#bind(this.#gather, [cells, this.#snapshot, this.#found]));
  }

  /** An empty board. Rejects where there is no room for it. */
  static async create(device: GPUDevice, layout: Layout, planes: number): Promise<Board> {
    return checked(device, () => new Board(device, layout, planes));
  }

  /** Sets the kernel; all tiles are computed afresh. */
  async setStep(code: string): Promise<void> {
    if (code === this.#code) return;
    const { device } = this;
    await checked(device, () => {
      const module = device.createShaderModule({ code });
      const step = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'advance' } });
      this.#stepGroups = Array.from({ length: 6 }, (_, g) => {
        const flags = [0, 1, 2].map((i) => this.#flags[(g + i) % 3]);
        return this.#bind(step, [this.#cells[g % 2], this.#cells[(g + 1) % 2], ...flags]);
      });
      this.#step = step;
      this.#code = code;
    });
    this.force([{ first: 0, count: this.#tiles }]);
  }

  /** Makes all cells 0, here and in the snapshot. */
  clear(): void {
    const encoder = this.device.createCommandEncoder();
    for (const buffer of [...this.#cells, this.#snapshot]) encoder.clearBuffer(buffer);
    this.device.queue.submit([encoder.finish()]);
    this.force([{ first: 0, count: this.#tiles }]);
  }

  /** Takes over what was written in the mirror. */
  async send(mirror: Mirror): Promise<void> {
    const { queue } = this.device;
    const most = Math.floor(SEND_BYTES / 4 / this.#span);
    let sent = 0;
    for (const { first, count } of mirror.written())
      for (let key = first; key < first + count; key += most) {
        const tiles = Math.min(most, first + count - key);
        for (const buffer of [this.#cells[this.#generation % 2], this.#snapshot])
          queue.writeBuffer(buffer, key * this.#span * 4, mirror.words, key * this.#span, tiles * this.#span);
        this.force([{ first: key, count: tiles }]);
        sent += tiles;
        if (sent < most) continue;
        sent = 0;
        await queue.onSubmittedWorkDone();
      }
  }

  /**
   * Has these tiles, and what touches them, computed in the next TWO generations: after one, the comparison would be
   * with a state that what was written did not come from.
   */
  force(runs: readonly Run[]): void {
    for (const { first, count } of runs) {
      const flags = new Uint32Array(count).fill(ALL);
      for (const ahead of [0, 1])
        this.device.queue.writeBuffer(this.#flags[(this.#generation + ahead) % 3], first * 4, flags);
    }
  }

  /** Computes so many generations. While one submission is computed, the next one waits, and no more. */
  async run(generations: number): Promise<void> {
    const { queue } = this.device;
    let before = Promise.resolve();
    for (let left = generations; left > 0; ) {
      const n = Math.min(left, this.#stride);
      this.#submit(n);
      left -= n;
      const done = queue.onSubmittedWorkDone();
      const began = performance.now();
      await before;
      // Work for a lost device is done at once, which is to say never.
      this.#check();
      const ms = performance.now() - began;
      before = done;
      if (ms < SHORT_MS && n === this.#stride) this.#stride = Math.min(this.#stride * 2, MOST_GENERATIONS);
      else if (ms > LONG_MS) this.#stride = Math.max(1, this.#stride >> 1);
    }
    await before;
  }

  #submit(generations: number): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#step!);
    for (let i = 0; i < generations; i++) {
      pass.setBindGroup(0, this.#stepGroups[this.#generation % 6]);
      dispatch(pass, Math.ceil(this.#tiles / TILES_A_WORKGROUP));
      this.#generation = (this.#generation + 1) % 6;
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** What differs from what was last read back, as the mirror takes it: some tiles at a time, until there are no more. */
  async collect(): Promise<Uint32Array[]> {
    const pieces: Uint32Array[] = [];
    for (;;) {
      const { count, records } = await this.#read();
      pieces.push(...records);
      if (count <= this.#room) return pieces;
    }
  }

  async #read(): Promise<{ count: number; records: Uint32Array[] }> {
    const encoder = this.device.createCommandEncoder();
    encoder.clearBuffer(this.#found, 0, HEAD_WORDS * 4);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#gather);
    pass.setBindGroup(0, this.#gatherGroups[this.#generation % 2]);
    dispatch(pass, this.#tiles);
    pass.end();
    const guess = Math.min(this.#room, this.#expected);
    const end = this.#recordAt(guess);
    encoder.copyBufferToBuffer(this.#found, 0, this.#staging, 0, end);
    this.device.queue.submit([encoder.finish()]);
    // How many there are comes with as many of them as there are likely to be.
    const head = await this.#copied(0, end);
    const count = head[0];
    const taken = Math.min(count, this.#room);
    this.#expected = Math.ceil(taken * 1.5) + 64;
    const records = [head.slice(HEAD_WORDS, this.#recordAt(Math.min(taken, guess)) / 4)];
    this.#staging.unmap();
    if (taken > guess) {
      const size = this.#recordAt(taken) - end;
      const more = this.device.createCommandEncoder();
      more.copyBufferToBuffer(this.#found, end, this.#staging, 0, size);
      this.device.queue.submit([more.finish()]);
      records.push((await this.#copied(0, size)).slice());
      this.#staging.unmap();
    }
    return { count, records };
  }

  #check(): void {
    if (this.#fault) throw new Error(this.#fault);
  }

  async #copied(at: number, size: number): Promise<Uint32Array> {
    await this.#staging.mapAsync(READ, at, size);
    this.#check();
    return new Uint32Array(this.#staging.getMappedRange(at, size));
  }

  /** Where a record begins, in bytes. */
  #recordAt(record: number): number {
    return (HEAD_WORDS + record * (this.#span + 1)) * 4;
  }

  #bind(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  /** Gives the memory back at once; the device stays. */
  destroy(): void {
    for (const buffer of [...this.#cells, ...this.#flags, this.#snapshot, this.#found, this.#staging]) buffer.destroy();
  }
}

function dispatch(pass: GPUComputePassEncoder, workgroups: number): void {
  const x = Math.min(workgroups, MAX_WORKGROUPS);
  pass.dispatchWorkgroups(x, Math.ceil(workgroups / x));
}

/** Does something on the device, and rejects where the device finds fault with it or has no room. */
async function checked<T>(device: GPUDevice, make: () => T): Promise<T> {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const made = make();
  const faults = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const fault = faults.find((error) => error !== null);
  if (fault) throw new Error(fault.message || 'out of memory');
  return made;
}
