import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Link } from '../../transport/link/link.js';
import { connectWebSocket, type SocketLike } from '../../transport/link/websocket.js';
import { Receiver, type ReceiverOptions } from '../../transport/receiver.js';
import { Source, type SourceOptions } from '../../transport/source.js';
import { SignalWriter } from '../../transport/state/signal-writer.js';
import { TestWorld } from '../../transport/testing/world.js';
import { Uplink } from '../../transport/uplink.js';
import { decodeFrame, encodeFrame } from '../../transport/wire/frame.js';
import type { ControlMessage, ControlReplyMessage } from '../../transport/wire/messages.js';
import { control, controlReply, subscribe } from '../../transport/wire/session.js';
import { createRelay } from '../index.js';
import { connect } from '../testing/sockets.js';
import { until } from '../testing/until.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** Opens sockets, and can break them. */
class Dialer {
  readonly sockets = new Set<WebSocket>();

  readonly dial = (url: string): Promise<Link> => {
    const { sockets } = this;
    function Made(to: string): WebSocket {
      const socket = new WebSocket(to);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      return socket;
    }
    return connectWebSocket(url, 5000, Made as unknown as new (url: string) => SocketLike);
  };

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }
}

async function startRelay(): Promise<string> {
  const relay = createRelay({ dist: false });
  open.push(relay);
  return (await relay.listen(0)).url.replace('http', 'ws');
}

function startSource(url: string, oncommand: SourceOptions['oncommand'], claim = 'claim-of-the-test-source') {
  const source = new Source(new TestWorld(64, 64), { control: 'viewers', ...(oncommand && { oncommand }) });
  const dialer = new Dialer();
  const uplink = new Uplink(source, { url: `${url}/peer/demo`, claim, connect: dialer.dial });
  open.push(uplink);
  return { source, uplink, dialer };
}

function startViewer(url: string, options: Partial<ReceiverOptions> = {}) {
  const dialer = new Dialer();
  const viewer = new Receiver({ connect: () => dialer.dial(`${url}/stream/demo`), name: 'Ada', ...options });
  viewer.start();
  open.push({ close: () => viewer.stop() });
  return { viewer, dialer };
}

describe('commands by way of a relay', () => {
  test('are those of whoever gave them, whatever it says of itself', async () => {
    const url = await startRelay();
    const { source } = startSource(url, () => {});
    const origins: unknown[] = [];
    const { oncontrol } = source.fanout;
    source.fanout.oncontrol = (message, end) => {
      origins.push([end.relay, message.from]);
      return oncontrol(message, end);
    };
    const liar = await connect(`${url}/stream/demo`);
    open.push({ close: () => liar.socket.terminate() });
    const session = 'mine.0123456789abcdef';
    const forged = { session: 'yours.0123456789abcdef', id: 3, control: true };
    liar.socket.send(encodeFrame('SubscribeFilter', subscribe.encode({ protocol: 1, session, name: 'Eve' })));
    const say = async (message: ControlMessage): Promise<ControlReplyMessage> => {
      liar.socket.send(encodeFrame('Control', control.encode(message)));
      for (;;) {
        const { data } = await liar.next();
        const frame = decodeFrame(new Uint8Array(data));
        if (frame.type === 'ControlReply') return controlReply.decode(frame.payload);
      }
    };
    let reply: ControlReplyMessage;
    let id = 0;
    do {
      reply = await say({ id: ++id, command: 'play', from: forged });
      // As long as the source is not there, that is said.
      if (!reply.ok) assert.equal(reply.retry, true);
    } while (!reply.ok);
    assert.deepEqual(origins, [[true, { session, id, name: 'Eve', control: false }]]);
    // The same one again is the same one; one that leaves out what is not known comes too early.
    assert.deepEqual(await say({ id, command: 'play' }), { id, ok: true });
    assert.equal((await say({ id: id + 5, after: id + 4, command: 'play' })).retry, true);
    assert.equal((await say({ id: id + 5, desk: 1, command: 'play' })).retry, true);
    assert.deepEqual(await say({ id: id + 5, after: id, command: 'play' }), { id: id + 5, ok: true });
  });

  test('wait for a source that is away, and for the answer of one whose link was lost', async () => {
    const url = await startRelay();
    const { viewer } = startViewer(url);
    await until(() => viewer.status === 'waiting');
    const done: string[] = [];
    const early = viewer.command({ command: 'play' });
    let finish = () => {};
    const { uplink, dialer } = startSource(url, ({ command }) => {
      done.push(command);
      if (command === 'reset') return new Promise((resolve) => (finish = resolve));
    });
    await early;
    const slow = viewer.command({ command: 'reset' });
    const next = viewer.command({ command: 'pause' });
    await until(() => done.includes('reset'));
    dialer.cut();
    await until(() => uplink.status === 'reconnecting');
    finish();
    await Promise.all([slow, next]);
    assert.deepEqual(done, ['play', 'reset', 'pause']);
  });

  test('go to no other source than they were given for, and are in doubt where that had them', async () => {
    const url = await startRelay();
    const { viewer } = startViewer(url);
    const done: string[] = [];
    const hangs = ({ command }: { command: string }) => {
      done.push(`old ${command}`);
      return new Promise<void>(() => {});
    };
    const { uplink, dialer } = startSource(url, hangs);
    await until(() => viewer.control !== null && viewer.status === 'live');
    const lost = viewer.command({ command: 'reset' });
    await until(() => done.length === 1);
    uplink.options.connect = () => new Promise(() => {});
    dialer.cut();
    await until(() => viewer.status === 'waiting');
    const later = viewer.command({ command: 'play' });
    // Which of them is told first is for the network to say.
    const told = Promise.all([
      assert.rejects(lost, /began anew before an answer came; it may have been carried out/),
      assert.rejects(later, /began anew: this was meant for the one before/),
    ]);
    startSource(url, ({ command }) => void done.push(`new ${command}`));
    await told;
    await viewer.command({ command: 'play' });
    assert.deepEqual(done, ['old reset', 'new play']);
  });

  test('are refused at once where several sources share the channel', async () => {
    const url = await startRelay();
    const signals = new SignalWriter({ merge: true });
    signals.set('a', 1);
    const source = new Source(null, { signals, merge: true });
    const { dial } = new Dialer();
    open.push(
      new Uplink(source, { url: `${url}/peer/demo`, claim: 'claim-of-the-test-source', merge: true, connect: dial }),
    );
    const { viewer } = startViewer(url, { signals: true, grid: false });
    await until(() => viewer.status === 'live');
    await assert.rejects(viewer.command({ command: 'play' }), /several sources share this channel/);
  });
});
