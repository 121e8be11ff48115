/** A channel at work, and somebody who watches it while others misbehave. */

import type { RelayPlace, Stage } from './stage.js';

export interface Witnessed {
  /** Neither of them has noticed anything, and the one shows what the other has. */
  over(): Promise<void>;
  /** Both go. */
  leave(): void;
}

export async function witnessed(stage: Stage, at: RelayPlace): Promise<Witnessed> {
  const host = await stage.host(at);
  const witness = stage.viewer(at);
  await host.live();
  host.run();
  return {
    over: async () => {
      await stage.converge(host, [witness]);
      const { receiver, errors } = witness;
      if (receiver.counts.reconnects + host.uplink.reconnects > 0) {
        const why = `viewer: ${witness.losses.join(', ')}; source: ${host.losses.join(', ')}`;
        throw new Error(`somebody who did nothing wrong was cut off (${why})`);
      }
      if (errors.length > 0) throw new Error(`a viewer was sent what makes no sense: ${errors[0]}`);
    },
    leave: () => {
      witness.receiver.stop();
      host.close();
    },
  };
}
