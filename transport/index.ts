/** `mpl-kit/transport`: how change travels. No DOM, no world; runs in pages, workers and Node. */

export type { Link, LinkClose, LinkKind } from './link/link.js';
export { memoryLinks } from './link/memory.js';
export { bridge, PortLink } from './link/port.js';
export { connectWebSocket, LinkError, type SocketLike, WebSocketLink } from './link/websocket.js';
export * from './receiver.js';
export { Fanout, type FanoutOptions } from './session/fanout.js';
export { ReceiverEnd, type ReceiverHandlers } from './session/receiver-end.js';
export { Replica } from './session/replica.js';
export { SharedFrame } from './session/shared-frame.js';
export type { SourceEnd, SourceEndOptions } from './session/source-end.js';
export type { TokenSource } from './session/tokens.js';
export type { PeerDialer } from './session/upgrade.js';
export * from './source.js';
export { type Digest, digest } from './state/digest.js';
export { Grid, type GridShape } from './state/grid.js';
export { newEpoch, SignalTable } from './state/signal-table.js';
export { SignalWriter } from './state/signal-writer.js';
export * from './state/tile.js';
export * from './uplink.js';
export { CLOSE, type CloseCode, closeCode } from './wire/codes.js';
export { WireError } from './wire/errors.js';
export { decodeFrame, encodeFrame, type Frame, type Header } from './wire/frame.js';
export * from './wire/messages.js';
export {
  SIGNAL_LIMITS,
  SignalError,
  type SignalType,
  type SignalValue,
} from './wire/signal-value.js';
export type { SignalSpec, SignalUpdate } from './wire/signals.js';
export { FLAG, FRAME, type FrameName, type FrameType } from './wire/types.js';
