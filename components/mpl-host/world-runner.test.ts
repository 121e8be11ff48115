import { aTimeout, expect } from '@open-wc/testing';
import { type ControlCommand, encodeFrame, PortLink, Receiver } from '../../transport/index.js';
import * as session from '../../transport/wire/session.js';
import { waitUntil } from '../testing/wait-until.js';
import { hashOf, soup } from './testing/hosts.js';
import type { FromWorld, WorldPace, WorldSettings } from './world-messages.js';
import { WorldRunner } from './world-runner.js';

const SETTINGS: WorldSettings = {
  sim: 'life',
  engine: 'js',
  width: 512,
  height: 512,
  // It never comes to rest.
  rule: 'B2/S',
  neighborhood: undefined,
  wrap: 'torus',
  pattern: null,
  density: 0.4,
  seed: 11,
};
const PACE: WorldPace = {
  paused: true,
  speed: 30,
  maxFps: 30,
  tileBudget: 0,
  control: 'viewers',
  controllers: 'many',
  token: '',
};
const truth = async (steps: number) => hashOf(await soup({ width: 512, height: 512, rule: 'B2/S' }, 0.4, 11, steps));
/** More than any machine does in the time of a test. */
const LONG = { command: 'step', n: 1_000_000 } as const;

let runner: WorldRunner;
let said: FromWorld[];
/** What the page does with what it hears. */
let hear: (message: FromWorld) => void;
const receivers: Receiver[] = [];

/** By default, no step takes so long that it ends by itself. */
async function start(stepMs = 60_000): Promise<void> {
  said = [];
  hear = (message) => said.push(message);
  runner = new WorldRunner((message) => hear(message), stepMs);
  runner.receive({ type: 'start', channel: 'x', settings: SETTINGS, pace: { ...PACE } });
  await waitUntil(() => said.some(({ type }) => type === 'ready'));
}
beforeEach(() => start());
afterEach(() => {
  runner.receive({ type: 'stop' });
  for (const receiver of receivers.splice(0)) receiver.stop();
});

async function join(how: 'owner' | 'direct'): Promise<Receiver> {
  const receiver = new Receiver({
    transport: 'relay',
    connect: () => {
      const { port1, port2 } = new MessageChannel();
      runner.receive(
        how === 'owner' ? { type: 'view', port: port2 } : { type: 'direct', port: port2, viewer: {}, peer: 'one' },
      );
      return Promise.resolve(new PortLink(port1));
    },
  });
  receivers.push(receiver);
  receiver.start();
  await waitUntil(() => receiver.status === 'live' && receiver.control !== null, 'it is live');
  return receiver;
}
async function digest(): Promise<{ version: number; hash: string }> {
  const id = said.length + 1;
  runner.receive({ type: 'digest', id, rect: undefined });
  const find = () => said.find((message) => message.type === 'digest' && message.id === id);
  await waitUntil(find, 'it tells its digest');
  const { version, hash } = find() as Extract<FromWorld, { type: 'digest' }>;
  return { version, hash };
}
/** What was answered, as soon as it is. */
function answer(reply: Promise<void>): { text: string | null; after: number } {
  const began = performance.now();
  const told = { text: null as string | null, after: 0 };
  const tell = (text: string) => Object.assign(told, { text, after: performance.now() - began });
  reply.then(
    () => tell('done'),
    (error: Error) => tell(error.message),
  );
  return told;
}

describe('a long step', () => {
  for (const command of ['pause', 'play', 'reset', 'stop'] as const)
    it(`ends as soon as somebody asks for "${command}", and says how far it came`, async () => {
      const owner = await join('owner');
      const viewer = await join('direct');
      const long = answer(viewer.command(LONG));
      const behind = answer(viewer.command(LONG));
      await waitUntil(() => owner.version > 0, 'it is under way');
      const reply = answer(owner.command({ command }));
      await waitUntil(() => reply.text !== null || owner.status === 'ended', 'it is heard');
      if (command !== 'stop') expect(reply.text).to.equal('done');
      await waitUntil(() => long.text !== null && behind.text !== null, 'they are answered');
      expect(long.text).to.match(new RegExp(`"${command}" ended the step after \\d+ of 1000000 generations`));
      expect(behind.text).to.match(new RegExp(`"${command}" ended the step after 0 of`));
      if (command === 'reset') expect(await digest()).to.deep.equal({ version: 0, hash: await truth(0) });
      if (command === 'play') await waitUntil(() => owner.control?.paused === false, 'it plays');
      if (command !== 'pause') return;
      const { version, hash } = await digest();
      expect(version).to.be.greaterThan(0);
      expect(hash).to.equal(await truth(version));
    });

  it('is seen as it goes, and keeps nobody from coming, going and asking', async () => {
    const owner = await join('owner');
    const long = answer(owner.command(LONG));
    const versions = new Set<number>();
    owner.listen((event) => event.type === 'tiles' && versions.add(owner.version));
    const viewer = await join('direct');
    const { version } = await digest();
    expect(version).to.be.greaterThan(0);
    runner.receive({ type: 'uplink', url: 'ws://127.0.0.1:9/peer/x', claim: '0123456789abcdef' });
    await waitUntil(() => said.some(({ type }) => type === 'uplink'), 'it tries the relay');
    await waitUntil(() => versions.size >= 10 && viewer.version > version, 'it is seen');
    expect(long.text).to.equal(null);
    runner.receive({ type: 'pace', pace: { paused: true }, count: 1 });
    await waitUntil(() => long.text !== null, 'the owner has paused it');
    expect(long.text).to.contain('"pause" ended the step');
  });

  it('lets only so many commands wait, but what is done at once', async () => {
    const owners = await Promise.all([1, 2, 3, 4, 5].map(() => join('owner')));
    const long = answer(owners[0]!.command(LONG));
    await waitUntil(() => owners[0]!.version > 0, 'it is under way');
    const draw: ControlCommand = { command: 'draw', alive: true, cells: [1, 1] };
    const draws = owners.flatMap((owner) => Array.from({ length: 220 }, () => answer(owner.command(draw))));
    await waitUntil(() => draws.some(({ text }) => text !== null), 'some are refused');
    expect(long.text).to.equal(null);
    await owners[1]!.command({ command: 'pause' });
    await waitUntil(() => draws.every(({ text }) => text !== null), 'all are answered');
    expect(draws.filter(({ text }) => text === 'done').length).to.equal(999);
    expect(draws.find(({ text }) => text !== 'done')!.text).to.match(/too many commands wait/);
  });

  it('ends by itself before those who asked give up, and says so', async () => {
    runner.receive({ type: 'stop' });
    await start(300);
    const viewer = await join('direct');
    const long = answer(viewer.command(LONG));
    await waitUntil(() => long.text !== null, 'it ends');
    expect(long.text).to.match(/after \d+ of 1000000 generations/);
    expect(long.text).to.match(/^0\.3 seconds/);
    const { version } = await digest();
    expect(version).to.be.greaterThan(0);
    expect(long.text).to.contain(` ${version} of`);
    await aTimeout(50);
    expect((await digest()).version).to.equal(version);
  });
});

it('is paced in the order in which it was told, also while it puts a large pattern into its place', async () => {
  const owner = await join('owner');
  const long = answer(owner.command(LONG));
  await waitUntil(() => owner.version > 0, 'it is under way');
  const text = `${'#C large\n'.repeat(150_000)}x = 3, y = 3\nbo$2bo$3o!`;
  runner.receive({ type: 'change', settings: { pattern: { name: 'large', text } } });
  // By then it has been read, and waits for its turn.
  await aTimeout(500);
  runner.receive({ type: 'pace', pace: { speed: 5, maxFps: 9 }, count: 1 });
  let placing = false;
  hear = (message) => {
    said.push(message);
    if (placing || message.type !== 'busy' || long.text === null) return;
    placing = true;
    runner.receive({ type: 'pace', pace: { speed: 7 }, count: 2 });
  };
  await owner.command({ command: 'pause' });
  await waitUntil(() => owner.control?.pattern === 'large', 'it is there');
  await digest();
  expect(placing).to.equal(true);
  const standings = said.filter((message) => message.type === 'standing');
  const counts = standings.map(({ paces }) => paces);
  expect(counts).to.deep.equal([...counts].sort());
  expect(counts.at(-1)).to.equal(2);
  expect(standings.at(-1)!.pace).to.include({ speed: 7, maxFps: 9 });
});

it('does not believe a viewer how many watch', async () => {
  const { port1, port2 } = new MessageChannel();
  runner.receive({ type: 'direct', port: port2, viewer: {}, peer: 'one' });
  const liar = new PortLink(port1);
  liar.send(encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1 })));
  liar.send(encodeFrame('Status', session.status.encode({ state: 'live', viewers: 1_000_000 })));
  await digest();
  await aTimeout(100);
  expect(said.filter(({ type }) => type === 'viewers')).to.deep.equal([]);
  liar.close();
});
