import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Transport } from '../../transport/receiver.js';
import { CHANNEL, checkValues, oneOf, splitColors, type ValueRules, within } from './values.js';

/** The attributes that all share who show a stream. */
export abstract class ScreenSettings extends LitElement {
  /** What values properties may have; anything else gives one warning, and the default. */
  static rules: ValueRules = {
    channel: { expects: '1 to 64 letters, digits, ".", "_", "~" or "-"', ok: (name: string) => CHANNEL.test(name) },
    transport: oneOf('auto', 'p2p', 'relay'),
    colors: {
      expects: '2 to 16 CSS colors, from living to dead cells',
      ok: (text: string) => text === '' || splitColors(text) !== null,
      fallback: '',
    },
    frameBudget: within(0, 1000),
    tileBudget: within(1, 1e6, true),
    maxFps: within(0.1, 1000),
  };

  /** Name of the stream: 1 to 64 letters, digits, `.`, `_`, `~`, `-`. */
  @property() channel: string | null = null;
  /**
   * URL of the relay, or a path from "/" or "."; "none" for no relay. Default: the one that served the kit, else the server
   * of the page.
   */
  @property() server: string | null = null;
  /** URL of the PeerServer where WebRTC peers meet, "peerjs" for the public one, "none". Default: that of the relay. */
  @property() signal: string | null = null;
  /** STUN and TURN servers for WebRTC: URLs parted by blanks, JSON, or "none". Default: Google's STUN server. */
  @property({ attribute: 'ice-servers' }) iceServers: string | null = null;
  /** Links that may carry the picture: `auto`, `p2p` (WebRTC only), `relay` (WebSocket only). */
  @property() transport: Transport = 'auto';
  /** On a viewer, the picture stands still, and the source sends it nothing more than what is moved into view; on a host, the world stands still. */
  @property({ type: Boolean }) paused = false;
  /**
   * CSS colors of living and dead cells: "#7df9ff #05070a"; others between these two are for worlds of more than two states, from the
   * highest value down.
   */
  @property() colors = '';
  /** Milliseconds of each frame that drawing may take. Default 6. */
  @property({ type: Number, attribute: 'frame-budget' }) frameBudget?: number;
  /** Tiles taken up in one frame, at most. Default "auto": no such limit. */
  @property({ attribute: 'tile-budget', converter: (text) => (text && text !== 'auto' ? Number(text) : null) })
  tileBudget?: number | null;
  /** Frames a second, at most. Default: as many as come; 4 where the reader prefers reduced motion. */
  @property({ type: Number, attribute: 'max-fps' }) maxFps?: number;
  /** What the picture shows, in words. */
  @property() alt = '';
  /**
   * The right to watch, on a host to publish, on a relay that asks for one; or the secret that grants control, where the source
   * asks for that. Another one counts at once, and the picture goes on.
   */
  @property() token: string | null = null;
  /** Gives a `token` whenever one is needed: before each connection, and ahead of the end of the one before. Goes before `token`. */
  @property({ attribute: false }) getToken: (() => string | Promise<string>) | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    checkValues(this, (this.constructor as typeof ScreenSettings).rules, changed);
  }
}
