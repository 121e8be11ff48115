/** What a connection says of itself, by the names that `receive()` gives it too. No signal begins with "_". */

import type { Receiver } from '../../transport/receiver.js';
import type { SignalValue } from '../../transport/wire/signal-value.js';

const STATES: Record<string, (receiver: Receiver) => SignalValue> = {
  _connected: ({ status }) => status === 'live' || status === 'waiting',
  _status: ({ status }) => status,
  _reason: ({ reason }) => reason || null,
  _latency: ({ rtt }) => (rtt > 0 ? rtt : null),
  _age: ({ age, signals }) => (signals ? age : null),
  _frames: ({ counts }) => counts.frames,
  _reconnects: ({ counts }) => counts.reconnects,
  _viewers: ({ viewers }) => viewers,
};

export const STATE_NAMES = Object.keys(STATES);

export const isState = (name: string): boolean => Object.hasOwn(STATES, name);

export const stateOf = (receiver: Receiver, name: string): SignalValue => STATES[name]!(receiver);
