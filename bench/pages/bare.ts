/**
 * The limit: messages of the same size, at the same rate, over a bare WebSocket and a bare data channel, with nothing of
 * the kit at either end. The first eight bytes tell when a message was sent.
 */

import { clock } from './marks.js';

const transits: number[] = [];
let socket: WebSocket;
let peer: RTCPeerConnection;
let channel: RTCDataChannel;

const hear = ({ data }: MessageEvent<ArrayBuffer>) => transits.push(clock() - new DataView(data).getFloat64(0));

const bare = {
  async openSocket(url: string): Promise<void> {
    socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = hear;
    await new Promise((resolve) => (socket.onopen = resolve));
  },

  /** Describes this side, with all its addresses, to be answered with `accept`. */
  async offer(): Promise<RTCSessionDescriptionInit> {
    peer = new RTCPeerConnection();
    bare.use(peer.createDataChannel('bare'));
    return bare.describe(await peer.createOffer());
  },

  async answer(offer: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
    peer = new RTCPeerConnection();
    peer.ondatachannel = (event) => bare.use(event.channel);
    await peer.setRemoteDescription(offer);
    return bare.describe(await peer.createAnswer());
  },

  async accept(answer: RTCSessionDescriptionInit): Promise<void> {
    await peer.setRemoteDescription(answer);
    if (channel.readyState !== 'open') await new Promise((resolve) => (channel.onopen = resolve));
  },

  use(given: RTCDataChannel): void {
    channel = given;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = hear;
  },

  async describe(mine: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
    await peer.setLocalDescription(mine);
    while (peer.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
    return peer.localDescription!.toJSON();
  },

  async send(by: 'socket' | 'channel', bytes: number, count: number, everyMs: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const message = new ArrayBuffer(Math.max(8, bytes));
      new DataView(message).setFloat64(0, clock());
      if (by === 'socket') socket.send(message);
      else channel.send(message);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  },

  /** Milliseconds that each message took, since the last time. */
  take: (): number[] => transits.splice(0),
};

declare global {
  var BARE: typeof bare;
}
globalThis.BARE = bare;
