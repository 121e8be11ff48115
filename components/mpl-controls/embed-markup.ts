import { resolveServer } from '../screen/server-url.js';

/** Markup that shows a channel on any other page. */
export function embedMarkup(channel: string, server: string | null): string {
  const base = resolveServer(server);
  if (base === null) return `<mpl-viewer channel="${channel}" server="none" interactive></mpl-viewer>`;
  return `<script type="module" src="${base.href}mpl.js"></script>
<mpl-viewer channel="${channel}" server="${base.href}" interactive></mpl-viewer>`;
}
