/** Who somebody is over all links: a public id, by which others may call it, a dot, and a secret that only it can show. */

import type { ControllerInfo } from '../wire/messages.js';

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Another one each time. */
export const newSession = (): string => `${hex(6)}.${hex(16)}`;

/** The part that others are told. */
export const publicId = (session: string): string => session.slice(0, session.indexOf('.'));

/** What people may call somebody. */
export const nameOf = ({ id, name }: ControllerInfo): string => name || `viewer ${id.slice(0, 4)}`;
