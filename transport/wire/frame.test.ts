import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CLOSE, closeCode } from './codes.js';
import { WireError } from './errors.js';
import { decodeFrame, encodeFrame } from './frame.js';
import { FLAG, FRAME, type FrameName, frameName } from './types.js';

const names = Object.keys(FRAME) as FrameName[];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a frame', () => {
  test('has these bytes and no others', () => {
    const bytes = encodeFrame('GridTiles', Uint8Array.of(0xaa, 0xbb, 0xcc), {
      flags: FLAG.KEYFRAME | FLAG.COMPRESSED,
      sequence: 0x1234,
      timestamp: 0xdeadbeef,
      width: 0x0102,
      height: 0x0304,
    });
    assert.equal(hex(bytes), '52063412efbeadde0201040303000000aabbcc');
    assert.equal(hex(encodeFrame('End', new Uint8Array())), `ff${'00'.repeat(15)}`);
  });

  test('is read as it was written, out of the middle of a buffer too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 300 }),
        fc.record({
          flags: fc.integer({ min: 0, max: 7 }),
          sequence: fc.integer({ min: 0, max: 0xffff }),
          timestamp: fc.integer({ min: 0, max: 0xffffffff }),
          width: fc.integer({ min: 0, max: 0xffff }),
          height: fc.integer({ min: 0, max: 0xffff }),
        }),
        fc.integer({ min: 0, max: 9 }),
        (type, payload, header, shift) => {
          const bytes = encodeFrame(type, payload, header);
          const around = new Uint8Array(bytes.length + shift + 5).fill(0xff);
          around.set(bytes, shift);
          const frame = decodeFrame(around.subarray(shift, shift + bytes.length));
          assert.deepEqual({ ...frame, payload: [...frame.payload] }, { type, ...header, payload: [...payload] });
        },
      ),
    );
  });

  test('is refused when short, long, of an unknown type, or with unknown flags', () => {
    const good = encodeFrame('Ping', new Uint8Array(13));
    const refuse = (bytes: Uint8Array, why: RegExp) =>
      assert.throws(
        () => decodeFrame(bytes),
        (error) => error instanceof WireError && error.code === 4400 && why.test(error.message),
      );
    for (let n = 0; n < 16; n++) refuse(good.subarray(0, n), /shorter than a frame header/);
    refuse(good.subarray(0, good.length - 1), /says 13 bytes of payload, the message has 12/);
    refuse(new Uint8Array([...good, 0]), /says 13 bytes of payload, the message has 14/);
    const lie = good.slice();
    lie.fill(0xff, 12, 16);
    refuse(lie, /says 4294967295 bytes/);
    const flags = good.slice();
    flags[1] = 16;
    refuse(flags, /flags 0x10/);
    for (let code = 0; code < 256; code++) {
      const typed = good.slice();
      typed[0] = code;
      if (frameName(code) === undefined) refuse(typed, new RegExp(`type 0x${code.toString(16)} `));
      else assert.equal(decodeFrame(typed).type, frameName(code));
    }
  });
});

describe('the table of types', () => {
  test('gives each number once', () => {
    const codes = names.map((name) => FRAME[name].code);
    assert.equal(new Set(codes).size, codes.length);
    for (const name of names) assert.equal(frameName(FRAME[name].code), name);
  });

  test('keeps the numbers that other implementations know', () => {
    const fixed: Partial<Record<FrameName, number>> = {
      Pixels: 0x01,
      CompressedPixels: 0x02,
      DeltaPixels: 0x03,
      PixelTiles: 0x04,
      AudioPcm: 0x10,
      AudioCompressed: 0x11,
      Haptic: 0x20,
      SignalSync: 0x30,
      SignalDiff: 0x31,
      SchemaAnnounce: 0x32,
      SubscribeFilter: 0x33,
      NeuralFrame: 0x40,
      NeuralAudio: 0x41,
      NeuralActuator: 0x42,
      NeuralLatent: 0x43,
      GridMeta: 0x50,
      GridReset: 0x51,
      GridTiles: 0x52,
      GridHash: 0x53,
      Control: 0x70,
      ControlState: 0x71,
      Status: 0x72,
      Welcome: 0x73,
      Ack: 0x74,
      Error: 0x75,
      Keyframe: 0xf0,
      Ping: 0xfe,
      End: 0xff,
    };
    for (const [name, code] of Object.entries(fixed)) assert.equal(FRAME[name as FrameName].code, code, name);
    assert.deepEqual(FLAG, { INPUT: 1, KEYFRAME: 2, COMPRESSED: 4, CODED: 8 });
  });
});

describe('close codes', () => {
  test('are numbers a WebSocket may close with, each once', () => {
    const codes = Object.values(CLOSE).map(({ code }) => code);
    assert.equal(new Set(codes).size, codes.length);
    for (const code of codes) assert.ok((code >= 1000 && code <= 1013) || (code >= 4000 && code <= 4999), `${code}`);
  });

  test('say whether to come back, and unknown ones say yes', () => {
    assert.equal(closeCode(4403).retry, false);
    assert.equal(closeCode(1012).retry, true);
    assert.deepEqual(closeCode(1006), { code: 1006, name: 'lost', retry: true, meaning: 'the connection was lost' });
  });
});
