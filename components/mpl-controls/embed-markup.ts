import { resolveServer, resolveSignal } from '../screen/server-url.js';
import type { ScreenSettings } from '../screen/settings.js';

type Screen = Pick<ScreenSettings, 'channel' | 'server' | 'signal' | 'transport' | 'iceServers'>;

const quoted = (value: string): string => `"${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;

/**
 * Markup that shows, on any other page, what a screen shows: addresses in full, and never its token.
 * @param loadedFrom where the kit came from, if not from the relay
 * @throws Error with a sentence for people, where nobody else could see it
 */
export function embedMarkup(screen: Screen, loadedFrom?: string): string {
  const { channel, transport, iceServers } = screen;
  if (!channel) throw new Error('it has no channel');
  const server = resolveServer(screen.server);
  const signal = resolveSignal(screen.signal, server);
  if (server === null && signal === null) throw new Error('it has neither a relay nor a signal, so it reaches no page');
  const kit = new URL('mpl.js', server ?? resolveServer(null, loadedFrom)!);
  const attributes = [
    ['channel', channel],
    ['server', server?.href ?? 'none'],
    // That of the relay goes without saying.
    ['signal', screen.signal?.trim() ? (signal ?? 'none') : ''],
    ['transport', transport === 'auto' ? '' : transport],
    ['ice-servers', iceServers?.trim()],
  ].flatMap(([name, value]) => (value ? [`${name}=${quoted(value)}`] : []));
  return `<script type="module" src=${quoted(kit.href)}></script>
<mpl-viewer ${attributes.join(' ')} interactive></mpl-viewer>`;
}
