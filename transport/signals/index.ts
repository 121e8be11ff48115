/**
 * `mpl-kit/signals`: channels of named values, and channels made of channels.
 *
 * Reactivity is that of `@preact/signals-core`: two kilobytes, maintained with Preact, the same signals that its bindings
 * for React and others use, and it says when the last follower of a signal has gone, which is how a channel knows that it
 * may rest. (The polyfill of the TC39 proposal does too, in four times the bytes, and without effects or batches.)
 */

export { batch, effect, type ReadonlySignal, Signal, signal, untracked } from '@preact/signals-core';
export type { Status } from '../receiver.js';
export { SIGNAL_LIMITS, SignalError, type SignalType, type SignalValue } from '../wire/signal-value.js';
export { computed } from './cause.js';
export { every } from './every.js';
export type { Kit } from './kit.js';
export { LineageError } from './lineage.js';
export { type PublishedChannel, type PublishedState, type PublishOptions, publish } from './publish.js';
export type { PublishedStatus } from './published.js';
export { type ReceivedChannel, type ReceivedState, type ReceiveOptions, receive } from './receive.js';
export type { Listener, Values } from './received.js';
