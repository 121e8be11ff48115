/** STUN and TURN servers, from an attribute. */

/**
 * @param text "none"; URLs parted by blanks (`stun:host turn:host`); or JSON, a list as `RTCPeerConnection` takes it.
 * @returns the servers, or undefined for the default
 * @throws Error with a sentence for people
 */
export function parseIceServers(text: string | null | undefined): RTCIceServer[] | undefined {
  const given = text?.trim();
  if (!given) return undefined;
  if (given === 'none') return [];
  if (given.startsWith('[')) {
    try {
      return JSON.parse(given) as RTCIceServer[];
    } catch (error) {
      throw new Error(`ice-servers is not JSON: ${(error as Error).message}`);
    }
  }
  const urls = given.split(/\s+/);
  const wrong = urls.find((url) => !/^(stun|turn)s?:/.test(url));
  if (wrong !== undefined) throw new Error(`ice-servers: "${wrong}" is no stun: or turn: URL`);
  return urls.map((url) => ({ urls: url }));
}
