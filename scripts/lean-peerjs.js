// PeerJS without what the kit has no use for: more than half of its weight.

/** What stands in for which package. */
const STAND_INS = {
  // A shim for browsers of 2016. Every browser that runs the kit has real WebRTC; PeerJS itself asks only for its name.
  'webrtc-adapter': `
    const agent = navigator.userAgent;
    const [, browser, version] = /(Firefox)\\/(\\d+)/.exec(agent) ?? /(Chrome)\\/(\\d+)/.exec(agent) ?? /(Safari)\\/(\\d+)/.exec(agent) ?? [];
    export default { browserDetails: { browser: (browser ?? 'unknown').toLowerCase(), version: Number(version ?? 0) } };`,
  // Packs objects. The kit sends bytes ("raw"), and a stranger who asks for packed objects is not read.
  'peerjs-js-binarypack': `
    export const pack = () => { throw new TypeError('this connection carries bytes only: serialization "raw"'); };
    export const unpack = () => ({});`,
};

export const withLeanPeerJs = {
  name: 'lean-peerjs',
  setup({ onResolve, onLoad, onEnd }) {
    const missing = new Set(Object.keys(STAND_INS));
    onResolve({ filter: new RegExp(`^(${[...missing].join('|')})$`) }, ({ path }) => {
      missing.delete(path);
      return { path, namespace: 'stand-in' };
    });
    onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] }));
    onEnd(() => ({
      errors: [...missing].map((name) => ({ text: `PeerJS no longer imports ${name}: see scripts/lean-peerjs.js` })),
    }));
  },
};
