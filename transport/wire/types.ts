/** The one table of frame types, from which `docs/protocol.md` is written. */

/** Who sends a frame: the source's side (host or relay), the receiver's side (relay or viewer), or either. */
export type Sender = 'source' | 'receiver' | 'both';

export interface FrameType {
  readonly code: number;
  readonly sender: Sender;
  /** `used`: sent and understood by this version. `reserved`: its number is taken, a receiver passes over it. */
  readonly status: 'used' | 'reserved';
  readonly meaning: string;
}

const used = (code: number, sender: Sender, meaning: string): FrameType => ({ code, sender, status: 'used', meaning });
const reserved = (code: number, meaning: string): FrameType => ({
  code,
  sender: 'source',
  status: 'reserved',
  meaning,
});

export const FRAME = {
  Pixels: reserved(0x01, 'RGBA pixels'),
  CompressedPixels: reserved(0x02, 'RGBA pixels, compressed'),
  DeltaPixels: reserved(0x03, 'RGBA pixels, XOR and run lengths'),
  PixelTiles: reserved(0x04, 'changed pixel tiles'),
  AudioPcm: reserved(0x10, 'sound, PCM'),
  AudioCompressed: reserved(0x11, 'sound, Opus'),
  Haptic: reserved(0x20, 'a haptic event'),
  SignalSync: used(0x30, 'source', 'all signals'),
  SignalDiff: used(0x31, 'source', 'changed signals'),
  SchemaAnnounce: used(0x32, 'source', 'names and types of signals, and what they are derived from'),
  SubscribeFilter: used(0x33, 'receiver', 'what this receiver wants, and what it already holds'),
  NeuralFrame: reserved(0x40, 'neural rendering: a frame'),
  NeuralAudio: reserved(0x41, 'neural rendering: sound'),
  NeuralActuator: reserved(0x42, 'neural rendering: actuators'),
  NeuralLatent: reserved(0x43, 'neural rendering: a latent'),
  GridMeta: used(0x50, 'source', 'epoch and shape of the grid; a new epoch voids the replica'),
  GridReset: used(0x51, 'source', 'every cell is 0 at this version'),
  GridTiles: used(0x52, 'source', 'changed tiles'),
  GridHash: reserved(0x53, 'a hash of the grid'),
  Control: used(0x70, 'receiver', 'a command to the source'),
  ControlState: used(0x71, 'source', 'what can be steered, and how it stands'),
  Status: used(0x72, 'both', 'where the channel stands; how the source fares'),
  Welcome: used(0x73, 'source', 'the answer to a SubscribeFilter; says news of the channel too'),
  Ack: used(0x74, 'receiver', 'state frames applied, and the time it took'),
  Error: used(0x75, 'both', 'what was wrong'),
  Publish: used(0x76, 'source', 'first frame of a source to a relay: its claim on the channel'),
  ControlReply: used(0x77, 'source', 'a command was done, or refused with a reason'),
  Introduce: used(0x78, 'both', 'two peers meet through their relay'),
  Keyframe: reserved(0xf0, 'reset the replica, of whatever kind'),
  Ping: used(0xfe, 'both', 'a heartbeat and its echo'),
  End: used(0xff, 'source', 'the source has ended the channel'),
} as const satisfies Record<string, FrameType>;

export type FrameName = keyof typeof FRAME;

const byCode = new Map<number, FrameName>(
  (Object.entries(FRAME) as [FrameName, FrameType][]).map(([name, type]) => [type.code, name]),
);

/** The name of a frame type, or undefined where the number means nothing. */
export const frameName = (code: number): FrameName | undefined => byCode.get(code);

/** Header flags. */
export const FLAG = {
  /** From receiver to source; input types are a code space of their own. */
  INPUT: 1,
  /** The payload needs no earlier frame. */
  KEYFRAME: 2,
  /** The payload is `varint inflated length` and deflate-raw data. */
  COMPRESSED: 4,
  /** Of signals: the payload is in the compact coding, not JSON. */
  CODED: 8,
} as const;
