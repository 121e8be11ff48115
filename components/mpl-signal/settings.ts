import { type PropertyValues, ReactiveElement } from '@lit/reactive-element';
import { property } from 'lit/decorators.js';
import { wrongName } from '../../transport/wire/signal-value.js';
import { CHANNEL, checkValues, type ValueRules, within } from '../screen/values.js';
import { isState, STATE_NAMES } from './connection-state.js';
import { FORMATS, isFormat, localeOf } from './format.js';

const RULES: ValueRules = {
  format: { expects: FORMATS, ok: (format: string) => isFormat(format) },
  digits: within(0, 20, true),
  locale: { expects: 'a language tag, as in "de" or "pt-BR"', ok: (tag: string) => localeOf(tag) !== undefined },
  staleAfter: within(0.1, 1e9),
  maxFps: within(0.1, 1000),
};

const wrong = (attribute: string, value: string, expected: string): Error =>
  new Error(`${attribute}=${JSON.stringify(value)} may not be: expected ${expected}`);

/**
 * What it is to show, checked. These two have no default to take: without them it shows nothing, and that is why.
 * @throws Error with a sentence for people
 */
export function checkShown(channel: string | null, name: string | null): { channel: string; name: string } {
  if (!channel) throw new Error('it has no channel: <mpl-signal channel="..." name="...">');
  if (!CHANNEL.test(channel)) throw wrong('channel', channel, '1 to 64 letters, digits, ".", "_", "~" or "-"');
  if (!name) throw new Error('it has no signal to show: <mpl-signal channel="..." name="...">');
  if (isState(name) || wrongName(name) === null) return { channel, name };
  throw wrong('name', name, `1 to 128 characters, the first of them no "_", or one of ${STATE_NAMES.join(', ')}`);
}

/** The attributes of `<mpl-signal>`. */
export abstract class SignalSettings extends ReactiveElement {
  /**
   * Name of the stream: 1 to 64 letters, digits, `.`, `_`, `~`, `-`. Default: that of the nearest element around it with
   * an attribute `mpl-channel`, or of the `<mpl-viewer>`, `<mpl-host>` or `<mpl-layer>` it lies in.
   */
  @property() channel: string | null = null;
  /**
   * URL of the relay, or a path from "/" or ".". Default: as said around it by `mpl-server`, or by the screen it lies in;
   * else the relay that served the kit, else the server of the page.
   */
  @property() server: string | null = null;
  /** The right to watch, where the relay asks for one. Default, with the channel of an element around it: that element's `mpl-token` or `token`. */
  @property() token: string | null = null;
  /** Gives a `token` whenever one is needed. Goes before `token`. Default: that of the element around it. */
  @property({ attribute: false }) getToken: (() => string | Promise<string>) | null = null;
  /**
   * Name of the signal; or `_connected`, `_status`, `_reason`, `_latency` (ms), `_age` (ms), `_frames`, `_reconnects`,
   * `_viewers`, which tell of the connection.
   */
  @property() name: string | null = null;
  /** A value within an object or list: "load.0.user", or a JSON pointer, "/load/0/user". */
  @property() path: string | null = null;
  /**
   * `auto` (by the value's type), `text`, `json`, `list`, `number`, `integer`, `percent` (0.5 is 50 %), `compact`, `bytes`,
   * `unit:celsius` (any unit that `Intl` knows), `currency:EUR`; `date`, `time`, `datetime`, each also with `:short`, `:long`
   * or `:full`, and `relative` ("3 minutes ago"), all of ms since 1970 or ISO 8601; `duration` (of ms; `duration:s` of
   * seconds). A value that a format is not made for is shown as it is.
   */
  @property() format: string | null = null;
  /** Decimals, 0 to 20: always so many. Default: as many as tell something. */
  @property({ type: Number }) digits?: number;
  /** Unit of a number: one that `Intl` knows ("kilometer-per-hour"), or any text. */
  @property() unit: string | null = null;
  /** Language of numbers and dates. Default: the nearest `lang` around it, else the browser's. */
  @property() locale: string | null = null;
  /** Shown while there is no value; what lies between the tags goes before it. Default "–". */
  @property() placeholder = '–';
  /**
   * Puts the value into the element between the tags instead: `value` a property (an attribute, where it has none such that
   * can be set), `@title` an attribute, `--hue` a custom property, `.hot` a class. Several are parted by blanks; each may have a
   * format of its own behind a colon, or `raw`, as in `@aria-label:percent`. Without `format`, the value itself is put.
   */
  @property() bind: string | null = null;
  /** Seconds without news after which a value counts as stale. Default: it does only while the stream is not live. */
  @property({ type: Number, attribute: 'stale-after' }) staleAfter?: number;
  /** Updates a second, at most. Default: as many as come; 4 where the reader prefers reduced motion. */
  @property({ type: Number, attribute: 'max-fps' }) maxFps?: number;

  protected override willUpdate(changed: PropertyValues): void {
    checkValues(this, RULES, changed);
  }
}
