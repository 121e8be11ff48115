/** What PeerJS clients and a PeerServer say to each other: JSON in text messages. */

/** Passed from peer to peer. */
export type RelayedType = 'OFFER' | 'ANSWER' | 'CANDIDATE' | 'LEAVE' | 'EXPIRE';

/** A message from a client, checked as far as the server needs: what the payload holds is between the peers. */
export type ClientMessage = { type: 'HEARTBEAT' } | { type: RelayedType; dst: string; payload: unknown };

/** A message from the server. */
export type ServerMessage =
  | { type: 'OPEN' }
  | { type: 'ERROR' | 'ID-TAKEN' | 'INVALID-KEY'; payload: { msg: string } }
  | { type: RelayedType; src: string; dst: string; payload?: unknown };

/** Not a message of this protocol. */
export class SignalError extends Error {
  override readonly name = 'SignalError';
}

/** What a peer may call itself. */
export const PEER_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Tokens are compared, never looked into. */
export const TOKEN = /^[\x21-\x7e]{1,128}$/;

const RELAYED = new Set<unknown>(['OFFER', 'ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE'] satisfies RelayedType[]);

/** @throws SignalError that says what is wrong with it. */
export function parseClientMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SignalError('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SignalError('not a JSON object');
  const { type, dst, payload } = value as Record<string, unknown>;
  if (type === 'HEARTBEAT') return { type };
  if (!RELAYED.has(type)) throw new SignalError('type is none of OFFER, ANSWER, CANDIDATE, LEAVE, EXPIRE, HEARTBEAT');
  if (typeof dst !== 'string' || !PEER_ID.test(dst)) throw new SignalError('dst is not a peer id');
  return { type: type as RelayedType, dst, payload };
}
