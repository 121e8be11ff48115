import type { Receiver } from '../../transport/index.js';
import { waitUntil } from './wait-until.js';

/** Asks for nothing, and the relay knows: what it had sent before it heard of that is here. */
export async function resting(screen: object): Promise<void> {
  const receiver = () => (screen as { receiver: Receiver | null }).receiver;
  await waitUntil(() => receiver()?.standby, 'it asks for nothing');
  // The answer comes by the same way, after all that.
  await receiver()!.command({ command: 'speed', value: 25 });
}
