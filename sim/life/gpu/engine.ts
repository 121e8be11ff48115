/** Life on a GPU. */
import { EngineLostError, RuleError } from '../../errors.js';
import { programOf } from '../../graph/program.js';
import type { Rule } from '../../rule/rule.js';
import { AwayEngine } from '../away-engine.js';
import type { Layout } from '../layout.js';
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

export class GpuEngine extends AwayEngine {
  readonly kind = 'gpu';
  #gpu: Gpu;
  #board: Board | null;
  #code = '';
  #recoveredAt = Number.NEGATIVE_INFINITY;

  constructor(layout: Layout, gpu: Gpu, board: Board) {
    super(layout, board.planes);
    this.#gpu = gpu;
    this.#board = board;
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

  configure(rule: Rule, torus: boolean): void {
    this.rest();
    const made = programOf(rule);
    const { planes } = made;
    const most = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (bytesFor(this.layout, planes) > most)
      throw new RuleError(`Rule ${rule.text} has ${planes} planes, which are more than this GPU holds of such a grid.`);
    this.#code = stepShader(made, this.layout, torus);
    if (planes === this.planes) return;
    this.mirror = this.mirror.withPlanes(planes);
    this.#board?.destroy();
    this.#board = null;
  }

  protected override async advance(generations: number): Promise<Uint32Array[]> {
    const { device } = this.#gpu;
    if (!this.#board) {
      this.#board = await Board.create(device, this.layout, this.planes);
      this.stale = true;
    }
    const board = this.#board;
    await board.setStep(this.#code);
    if (this.stale) {
      board.clear();
      this.mirror.rewrite();
      this.stale = false;
    }
    await board.send(this.mirror);
    await board.run(generations);
    return board.collect();
  }

  /** Whatever went wrong, what the device holds is of no use any more. */
  protected override async recover(error: Error): Promise<void> {
    const { device, software } = this.#gpu;
    device.destroy();
    const { reason, message } = await device.lost;
    const why = (reason === 'destroyed' ? error.message : message) || 'its device was lost';
    this.#board = null;
    if (performance.now() - this.#recoveredAt < SOON_MS)
      throw new EngineLostError(`The GPU was lost twice in ${SOON_MS / 1000} seconds: ${why}`);
    try {
      const gpu = await findGpu(this.layout, this.planes);
      if (this.disposed) return gpu.device.destroy();
      // After a crash a browser may offer software in place of what it had.
      if (gpu.software && !software) throw new Error('there is only a software adapter now');
      this.#gpu = gpu;
      this.#recoveredAt = performance.now();
    } catch (none) {
      throw new EngineLostError(`The GPU was lost (${why}), and could not be had again: ${(none as Error).message}`);
    }
  }

  protected override release(): void {
    this.#gpu.device.destroy();
  }
}
