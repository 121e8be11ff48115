import { expect, fixture, html } from '@open-wc/testing';
import { createLife, parsePattern, patternByName } from '../../sim/index.js';
import type { MplErrorEvent } from '../events/error-event.js';
import type { MplStats } from '../mpl-stats/mpl-stats.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import type { PatternLoading } from '../screen/loading.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import { warnings } from '../testing/warnings.js';
import '../define/mpl-controls.js';
import '../define/mpl-stats.js';
import '../define/mpl-viewer.js';
import type { MplHost } from './mpl-host.js';
import { addHost, hashOf, openHost, standing, Workers } from './testing/hosts.js';

const SIDE = 1000;
const FIXED = { grid: '1200x1200', density: '0.3', seed: '5', speed: '60' };

/** So many bytes of RLE for a full square: each cell is a run, and its count is as long as that takes. */
function square(bytes: number, rule = ''): Blob {
  const digits = Math.floor(bytes / SIDE ** 2) - 2;
  const row = `${`${'0'.repeat(digits)}1o`.repeat(SIDE)}$\n`;
  return new Blob([`x = ${SIDE}, y = ${SIDE}${rule}\n`, ...Array.from({ length: SIDE }, () => row), '!']);
}
async function truth(text: string): Promise<string> {
  const life = await createLife({ width: 1200, height: 1200 });
  life.load(parsePattern(text));
  return hashOf(life);
}
const whole = () => truth(`x = ${SIDE}, y = ${SIDE}\n${`${SIDE}o$`.repeat(SIDE)}!`);
const gzip = (blob: Blob): Promise<Blob> =>
  new Response(blob.stream().pipeThrough(new CompressionStream('gzip'))).blob();

/** What is said while a pattern comes, in its order. */
function note(host: MplHost): (PatternLoading | null)[] {
  const notes: (PatternLoading | null)[] = [];
  host.addEventListener('mpl-loading', ({ loading }) => {
    expect(host.loading).to.equal(loading);
    notes.push(loading);
  });
  return notes;
}
/** Resolves at the very moment at which it is told: it may be over before anybody looks again. */
const phase = (host: MplHost, name: PatternLoading['phase']) =>
  new Promise<void>((resolve) => {
    const look = (): void => {
      if (host.loading?.phase !== name) return;
      host.removeEventListener('mpl-loading', look);
      resolve();
    };
    host.addEventListener('mpl-loading', look);
    look();
  });
const badge = (host: MplHost) => host.shadowRoot!.querySelector('#badge')?.textContent ?? '';
/** The message and type of the first error. */
async function problem(host: MplHost, cause: () => void): Promise<Error> {
  const errors: MplErrorEvent[] = [];
  host.addEventListener('mpl-error', (event) => errors.push(event));
  await warnings(async () => {
    cause();
    await waitUntil(() => errors.length > 0, 'it is told');
  });
  return errors[0]!.cause as Error;
}

describe('<mpl-host> with a pattern of 100 MB', () => {
  const urls: string[] = [];
  const urlOf = (blob: Blob): string => {
    urls.push(URL.createObjectURL(blob));
    return urls.at(-1)!;
  };
  let url: string;
  before(() => {
    url = urlOf(square(100e6));
  });
  after(() => urls.forEach(URL.revokeObjectURL));

  it('says how far it is; the world goes on as it was, for viewers too, until the new one is whole', async () => {
    const host = await openHost({ ...FIXED, server: relayUrl(), channel: freshChannel(), transport: 'relay' });
    const viewer = await fixture<MplViewer>(
      html`<mpl-viewer server=${relayUrl()} channel=${host.channel} transport="relay"></mpl-viewer>`,
    );
    host.id = 'large';
    const stats = await fixture<MplStats>(html`<mpl-stats for="large"></mpl-stats>`);
    // Figures are shown where somebody sees them.
    stats.scrollIntoView();
    await waitUntil(() => stats.shadowRoot!.textContent!.includes('1200'), 'there are figures');
    await waitUntil(() => viewer.status === 'live', 'the viewer is live');
    const statuses: string[] = [];
    for (const screen of [host, viewer]) screen.addEventListener('mpl-status', ({ status }) => statuses.push(status));
    const notes = note(host);
    const seen = new Set<string>();
    host.addEventListener('mpl-stats', (event) => {
      if (!event.stats.loading) return;
      const { phase } = event.stats.loading;
      const look = () => stats.shadowRoot!.textContent!.includes('Pattern') && seen.add(phase);
      queueMicrotask(() => void stats.updateComplete.then(look));
    });
    /** False where this page was held up until all was read: then it saw nothing of it. */
    const meanwhile = async (): Promise<boolean> => {
      const still = () => host.loading?.phase === 'reading' && host.controlState!.pattern === '';
      host.pattern = url;
      await phase(host, 'reading');
      const { version } = viewer;
      await waitUntil(() => viewer.version > version + 10 || !still(), 'viewers see the old one go on');
      // Whoever asks meanwhile is answered.
      const own = await host.digest();
      await host.pause();
      if (!still()) return false;
      expect(own.version).to.be.greaterThan(version);
      expect(host.controlState!.paused).to.equal(true);
      expect(badge(host)).to.match(/^Reading .*: [\d.]+ of 10[01] MB$/);
      return true;
    };
    while (!(await meanwhile())) {
      host.pattern = null;
      await waitUntil(() => host.controlState!.pattern === '' && host.loading === null, 'it is a soup again');
      await host.play();
      notes.length = 0;
    }
    await waitUntil(() => host.controlState!.pattern !== '', 'it is there');
    await waitUntil(() => host.loading === null, 'nothing is said any more');
    await host.updateComplete;
    expect(badge(host)).to.match(/^Paused/);
    const phases = notes.map((loading) => loading?.phase).filter((name, i, all) => name !== all[i - 1]);
    expect(phases.filter((name) => name !== 'placing')).to.deep.equal(['fetching', 'reading', undefined]);
    for (const name of ['fetching', 'reading'] as const) {
      const steps = notes.filter((loading) => loading?.phase === name);
      expect(steps.length, name).to.be.greaterThan(2);
      expect(steps.every((step, i) => step!.done >= (steps[i - 1]?.done ?? 0) && step!.done <= step!.total)).to.equal(
        true,
      );
      expect(steps[0]!.total).to.be.greaterThan(100e6);
    }
    expect(seen.size, 'the figures show it').to.be.greaterThan(0);
    expect(statuses).to.deep.equal([]);
    const own = await host.digest();
    expect(own.hash).to.equal(await whole());
    await waitUntil(async () => (await viewer.digest()).hash === own.hash, 'viewers have it too');
    // It can be had again, and in another grid.
    await host.request({ command: 'clear' });
    // It is read once more, which may take longer than an answer may.
    host.reset().catch(() => {});
    await waitUntil(async () => (await host.digest()).hash === own.hash, 'it is there again');
  });

  it('is called off by another, by none, by what is asked for, or by the end', async () => {
    const host = await openHost({ ...FIXED, paused: '' });
    const soup = await host.digest();
    const over = () => waitUntil(() => host.loading === null, 'it is not read any more');
    host.pattern = url;
    await phase(host, 'reading');
    host.pattern = 'glider';
    await waitUntil(() => host.controlState!.pattern === 'glider', 'the other is there');
    await over();
    await host.step(4);

    host.pattern = url;
    await phase(host, 'reading');
    host.pattern = null;
    await waitUntil(() => host.controlState!.pattern === '', 'it is a soup again');
    await over();
    expect((await host.digest()).hash).to.equal(soup.hash);

    await host.step(3);
    host.pattern = url;
    await phase(host, 'reading');
    await host.reset();
    await over();
    expect(host.controlState!.pattern).to.equal('');
    expect((await host.digest()).hash).to.equal(soup.hash);

    // Asked for again, it comes again.
    host.pattern = url;
    await phase(host, 'reading');
    await host.request({ command: 'pattern', name: 'mine', text: 'x = 3, y = 3\nbo$2bo$3o!' });
    await over();
    expect(host.controlState!.pattern).to.equal('mine');
    host.setAttribute('pattern', url);
    await waitUntil(() => host.controlState!.pattern !== 'mine', 'it is there');
    // What is there, or was, does not come twice.
    await host.request({ command: 'clear' });
    const cleared = await host.digest();
    host.pattern = url;
    host.setAttribute('pattern', url);
    await host.updateComplete;
    expect(host.loading).to.equal(null);
    await host.step(1);
    expect((await host.digest()).version).to.equal(cleared.version + 1);

    host.pattern = null;
    await waitUntil(() => host.controlState!.pattern === '');
    host.pattern = url;
    await phase(host, 'reading');
    await host.stop();
    await waitUntil(() => host.status === 'ended');
    await over();
  });

  it('may be called off before there is a world', async () => {
    const workers = new Workers();
    workers.watch();
    try {
      const host = await addHost({ ...FIXED, paused: '', pattern: url });
      await phase(host, 'reading');
      host.pattern = 'glider';
      await standing(host);
      await waitUntil(() => host.controlState!.pattern === 'glider', 'the other is there');
      const life = await createLife({ width: 1200, height: 1200 });
      life.load(patternByName('glider')!);
      expect((await host.digest()).hash).to.equal(await hashOf(life));
      expect(host.loading).to.equal(null);

      const gone = await addHost({ ...FIXED, pattern: url, channel: 'y' });
      await phase(gone, 'reading');
      gone.remove();
      await waitUntil(() => workers.running === 1, 'its worker has ended');
      expect(gone.loading).to.equal(null);

      const stopped = await addHost({ ...FIXED, pattern: url, channel: 'z', paused: '' });
      await phase(stopped, 'reading');
      await stopped.stop();
      expect(stopped.status).to.equal('ended');
      await waitUntil(() => workers.running === 1, 'its worker has ended');
      stopped.retry();
      await standing(stopped);
      expect((await stopped.digest()).hash).to.equal(await whole());
    } finally {
      workers.unwatch();
    }
  });

  it('ends what is fetched at once', async () => {
    const under = async () => Number(await (await fetch('/endless')).text());
    const host = await openHost({ ...FIXED, paused: '' });
    const before = await host.digest();
    const ends = [() => host.setAttribute('pattern', 'glider'), () => host.reset(), () => host.stop()];
    for (const [i, end] of ends.entries()) {
      host.pattern = new URL(`/endless.rle?${i}`, location.href).href;
      await phase(host, 'fetching');
      expect(host.loading!.total).to.equal(0);
      await waitUntil(async () => (await under()) === 1, 'it is under way');
      await end();
      await waitUntil(async () => (await under()) === 0, 'nothing is fetched any more');
      await waitUntil(() => host.loading === null);
    }
    expect(before.version).to.equal(0);
    const gone = await addHost({ ...FIXED, pattern: '/endless.rle', channel: 'y' });
    await phase(gone, 'fetching');
    gone.remove();
    await waitUntil(async () => (await under()) === 0, 'nothing is fetched any more');
  });

  it('takes files that are packed, whatever they are called', async () => {
    const host = await openHost({ ...FIXED, paused: '' });
    const notes = note(host);
    host.pattern = urlOf(await gzip(square(100e6)));
    await waitUntil(() => host.controlState!.pattern !== '', 'it is there');
    await waitUntil(() => host.loading === null);
    expect((await host.digest()).hash).to.equal(await whole());
    expect(notes.some((loading) => loading?.phase === 'unpacking')).to.equal(true);
    const tree = '[M2] (mpl)\n#R B36/S23\n.*$..*$***$\n4 1 0 0 1\n';
    host.pattern = urlOf(await gzip(new Blob([tree])));
    await waitUntil(() => host.controlState!.rule === 'B36/S23', 'a macrocell file');
    expect((await host.digest()).hash).to.equal(await truth(tree));
  });

  it('takes files that are dropped on its controls as it takes others', async () => {
    const host = await openHost({ ...FIXED, paused: '', 'max-pattern': '64' });
    host.id = 'dropped';
    const controls = await fixture<HTMLElement>(html`<mpl-controls for="dropped"></mpl-controls>`);
    const drop = (blob: Blob, name: string): void => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([blob], name));
      controls.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    };
    await waitUntil(() => !controls.shadowRoot!.querySelector<HTMLButtonElement>('button')!.disabled, 'it may steer');
    drop(square(40e6, ', rule = B36/S23'), 'large.rle');
    await phase(host, 'reading');
    await waitUntil(() => host.controlState!.pattern === 'large.rle', 'it is there');
    expect((await host.digest()).hash).to.equal(await whole());
    expect(host.controlState!.rule).to.equal('B36/S23');
    drop(await gzip(new Blob(['x = 1300, y = 1\n1300o!'])), 'wide.rle.gz');
    await waitUntil(() => host.controlState!.pattern === 'wide.rle', 'it is unpacked');
    // As large as it must be.
    expect([host.controlState!.width, host.controlState!.height]).to.deep.equal([1300, 1200]);
    drop(square(70e6), 'huge.rle');
    await waitUntil(() => controls.shadowRoot!.textContent!.includes('raise max-pattern'), 'it is refused');
    expect(host.controlState!.pattern).to.equal('wide.rle');
  });

  it('refuses what is too large, or no pattern, and goes on', async () => {
    const host = await openHost({ ...FIXED, paused: '', 'max-pattern': '8' });
    const before = await host.digest();
    const large = urlOf(square(10e6));
    const cases: [pattern: string, message: RegExp][] = [
      [large, /has 10 MiB or more, and a page takes up to 8 MiB: raise max-pattern/],
      [urlOf(await gzip(square(10e6))), /has 9 MiB or more, and a page takes up to 8 MiB: raise max-pattern/],
      ['/endless.rle?says=900000000', /has 859 MiB or more/],
      [urlOf(new Blob([new Uint8Array([0x1f, 0x8b, 1, 2, 3, 4])])), /cannot be unpacked/],
      // Squares that name each other, or themselves, would have no end.
      [urlOf(new Blob(['[M2]\n*$\n4 1 0 0 3\n5 2 0 0 0\n'])), /Line 3, column 9: square 3 does not exist yet/],
      [urlOf(new Blob(['[M2]\n*$\n4 1 0 0 2\n'])), /Line 3, column 9: square 2 does not exist yet/],
      [urlOf(new Blob(['x = 3, y = 3\n', ' '.repeat(2 ** 21), 'bo?'])), /Line 2, column 2097155: "\?"/],
      [urlOf(new Blob(['x = 2000, y = 1\n2000o!'])), /2000x1, the grid is 1200x1200: use a grid of at least 2000x1200/],
    ];
    for (const [pattern, message] of cases) {
      const error = await problem(host, () => {
        host.pattern = pattern;
      });
      expect(error.message).to.match(message);
      expect(error.name).to.equal('PatternError');
      expect(host.loading).to.equal(null);
      expect((await host.digest()).hash).to.equal(before.hash);
    }
    host.maxPattern = 16;
    host.pattern = large;
    await waitUntil(() => host.controlState!.pattern !== '', 'it is there');
    expect((await host.digest()).hash).to.equal(await whole());
  });
});
