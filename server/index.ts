/**
 * `mpl-kit/server`: a relay for live channels, in Node.
 *
 * ```js
 * import { createRelay } from 'mpl-kit/server';
 *
 * const relay = createRelay({ maxViewers: 500 });
 * await relay.listen(8787);
 * ```
 *
 * On a server you already have: `relay.attach(server)` for its WebSockets, and `relay.handler(req, res)` first in your
 * request listener (in Express, `app.use((req, res, next) => relay.handler(req, res) || next())`).
 */

export type { TokenScope, Verb } from './auth/grant.js';
export type { KeyFile, PublicKeys, SecretKey, TokenKey } from './auth/keys.js';
export { mintToken, type TokenOptions } from './auth/mint.js';
export { createRelay, type Relay, type RelayAddress } from './create-relay.js';
export type { Logger, LogLevel } from './log.js';
export { OptionError, type RelayLimits, type RelayOptions } from './options.js';
export type { ChannelInfo } from './relay/channel-info.js';
