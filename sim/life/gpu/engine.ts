/**
 * Life on a GPU. It is asynchronous: `step` only says how far to go, `settled` has it computed and read back. Until then
 * all that is shown is the world as it was last read back, and `owed` says how many generations it is behind.
 */
import { EngineLostError, RuleError, UnsettledError } from '../../errors.js';
import { programOf } from '../../graph/program.js';
import type { Rule } from '../../rule/rule.js';
import type { Engine, TileView } from '../engine.js';
import type { Layout } from '../layout.js';
import { Mirror } from '../mirror.js';
import { bytesFor, findGpu, type Gpu } from './adapter.js';
import { Board } from './board.js';
import { stepShader } from './step-shader.js';

/** A GPU that is lost again so soon after it was taken up again is given up, ms. */
const SOON_MS = 30_000;

/** Rejects with an Error that says why there is no GPU that can hold this grid with so many planes. */
export async function createGpuEngine(layout: Layout, planes: number): Promise<GpuEngine> {
  const gpu = await findGpu(layout, planes);
  try {
    return new GpuEngine(layout, gpu, await Board.create(gpu.device, layout, planes));
  } catch (error) {
    gpu.device.destroy();
    throw error;
  }
}

export class GpuEngine implements Engine {
  readonly kind = 'gpu';
  #mirror: Mirror;
  #gpu: Gpu;
  #board: Board | null;
  /** The board's cells are not those of the mirror but for what was written since. */
  #stale = true;
  #code = '';
  /** Generations asked for since the beginning, and how many of them the mirror shows. */
  #asked = 0;
  #shown = 0;
  #turn: Promise<void> = Promise.resolve();
  #recoveredAt = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(
    readonly layout: Layout,
    gpu: Gpu,
    board: Board,
  ) {
    this.#gpu = gpu;
    this.#board = board;
    this.#mirror = new Mirror(layout, board.planes);
  }

  get planes(): number {
    return this.#mirror.planes;
  }

  /** Computed by a processor after all. */
  get software(): boolean {
    return this.#gpu.software;
  }

  /** What the GPU calls itself; may be empty. */
  get name(): string {
    return this.#gpu.name;
  }

  /** The device at work: its owner may watch or destroy it. */
  get device(): GPUDevice {
    return this.#gpu.device;
  }

  get owed(): number {
    return this.#asked - this.#shown;
  }

  configure(rule: Rule, torus: boolean): void {
    this.#rest();
    const made = programOf(rule);
    const { planes } = made;
    const most = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (bytesFor(this.layout, planes) > most)
      throw new RuleError(`Rule ${rule.text} has ${planes} planes, which are more than this GPU holds of such a grid.`);
    this.#code = stepShader(made, this.layout, torus);
    if (planes === this.planes) return;
    this.#mirror = this.#mirror.withPlanes(planes);
    this.#board?.destroy();
    this.#board = null;
  }

  step(generations: number): void {
    this.#asked += generations;
  }

  /** One after another: each goes as far as was asked when its turn comes. */
  settled(): Promise<void> {
    const goal = this.#asked;
    const turn = this.#turn.then(() => this.#reach(goal));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reach(goal: number): Promise<void> {
    while (this.#shown < goal && !this.#disposed) {
      try {
        await this.#advance();
      } catch (error) {
        if (!this.#disposed) await this.#recover(error as Error);
      }
    }
  }

  async #advance(): Promise<void> {
    const goal = this.#asked;
    const { device } = this.#gpu;
    const mirror = this.#mirror;
    if (!this.#board) {
      this.#board = await Board.create(device, this.layout, this.planes);
      this.#stale = true;
    }
    const board = this.#board;
    await board.setStep(this.#code);
    if (this.#stale) {
      board.clear();
      mirror.rewrite();
      this.#stale = false;
    }
    await board.send(mirror);
    await board.run(goal - this.#shown);
    // All or nothing: a world of two generations would be none.
    const pieces = await board.collect();
    if (this.#disposed) return;
    for (const records of pieces) mirror.take(records);
    this.#shown = goal;
  }

  /** Whatever went wrong, what the device holds is of no use any more; the mirror is the world. */
  async #recover(error: Error): Promise<void> {
    const { device, software } = this.#gpu;
    device.destroy();
    const { reason, message } = await device.lost;
    const why = (reason === 'destroyed' ? error.message : message) || 'its device was lost';
    this.#board = null;
    if (performance.now() - this.#recoveredAt < SOON_MS)
      throw new EngineLostError(`The GPU was lost twice in ${SOON_MS / 1000} seconds: ${why}`);
    try {
      const gpu = await findGpu(this.layout, this.planes);
      if (this.#disposed) return gpu.device.destroy();
      // After a crash a browser may offer software in place of what it had.
      if (gpu.software && !software) throw new Error('there is only a software adapter now');
      this.#gpu = gpu;
      this.#recoveredAt = performance.now();
    } catch (none) {
      throw new EngineLostError(`The GPU was lost (${why}), and could not be had again: ${(none as Error).message}`);
    }
  }

  tile(key: number, plane: number): TileView {
    return this.#mirror.view(key, plane);
  }

  open(key: number, plane: number): TileView {
    this.#rest();
    return this.tile(key, plane);
  }

  touched(key: number): void {
    this.#mirror.touched(key);
  }

  clear(): void {
    this.#rest();
    this.#mirror.clear();
    this.#stale = true;
  }

  population(): number {
    return this.#mirror.population();
  }

  changed(): Uint32Array {
    return this.#mirror.changed();
  }

  dispose(): void {
    this.#disposed = true;
    this.#gpu.device.destroy();
  }

  /** What is written must be written into the newest generation. */
  #rest(): void {
    if (this.owed > 0) throw new UnsettledError();
  }
}
