/** What a thread does that helps a world: it computes blocks when it is called, and sleeps in between. */
import { instantiate } from '../instantiate.js';
import { Control } from './control.js';

/** All that a helper must know; another rule, other edges or another memory are another message. */
export interface Help {
  readonly type: 'mpl-help';
  /** Which of the threads it is: 1, 2 ... 0 is the owner of the world. */
  readonly me: number;
  readonly threads: number;
  readonly control: SharedArrayBuffer;
  readonly memory: WebAssembly.Memory;
  readonly driver: WebAssembly.Module;
  /** By the state of the sky. */
  readonly kernels: ReadonlyMap<number, WebAssembly.Module>;
}

/** What of the driver helpers need. */
export type Compute = (parity: number, from: number, to: number) => void;

/** Helps until no more help is wanted, or the next message is due. */
export function help(help: Help): void {
  const computes: Compute[] = [];
  for (const [sky, kernel] of help.kernels)
    computes[sky] = instantiate(help.memory, help.driver, kernel, () => {}).computeSlots as Compute;
  new Control(help.threads, help.control).help(help.me, (sky, parity, from, to) => computes[sky](parity, from, to));
}
