import { aTimeout, expect } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-controls.js';
import type { MplErrorEvent } from '../events/error-event.js';
import { accessible } from '../testing/accessible.js';
import { warnings } from '../testing/warnings.js';
import type { MplHost } from './mpl-host.js';
import { addHost, hashOf, openHost, soup, standing } from './testing/hosts.js';

const data = (text: string): string => `data:text/plain,${encodeURIComponent(text)}`;
const FIXED = { grid: '64x64', density: '0.4', seed: '11', paused: '' };

/** A host that has no world, and what it said of it. */
async function failing(attributes: Record<string, string>): Promise<{ host: MplHost; errors: MplErrorEvent[] }> {
  const errors: MplErrorEvent[] = [];
  const listen = (event: Event): void => void errors.push(event as MplErrorEvent);
  document.addEventListener('mpl-error', listen);
  const host = await addHost(attributes);
  await waitUntil(() => host.status === 'failed', 'it fails');
  document.removeEventListener('mpl-error', listen);
  await host.updateComplete;
  return { host, errors };
}
const cover = (host: MplHost): string =>
  [...host.shadowRoot!.querySelectorAll('.cover:not([hidden])')].map((layer) => layer.textContent!.trim()).join('');

describe('<mpl-host> without a world', () => {
  for (const [what, pattern, reason] of [
    ['a malformed pattern', data('x = 3, y = 3\nbo$2bq$3o!'), /Line 2, column 6/],
    ['a pattern of nothing', data(' '), /empty/],
    ['a page that is no pattern', '/package.json', /Line 1, column 1/],
    ['a pattern whose rule cannot be', data('x = 3, y = 3, rule = B9/S23\nbo$2bo$3o!'), /Line 1.*B9|B9/],
    ['a pattern larger than its grid', data('x = 65, y = 1\n65o!'), /64x64.*65x/],
    ['a name it does not know', 'glidr', /no pattern "glidr".*gosper-gun.*URL/],
    ['a file that is not there', '/nowhere/no.rle', /\/nowhere\/no\.rle.*404/],
    ['a server that is not there', 'http://127.0.0.1:9/a.rle', /cannot load the pattern http:\/\/127\.0\.0\.1:9/],
    ['a URL that is none', 'http://', /http:\/\//],
  ] as const) {
    it(`says why: ${what}`, async () => {
      const { host, errors } = await failing({ ...FIXED, pattern });
      expect(host.reason).to.match(reason);
      expect(errors.map((event) => event.target)).to.deep.equal([host]);
      expect(errors[0]!.message).to.equal(host.reason);
      expect(errors[0]!.retryable).to.equal(false);
      expect(cover(host).toLowerCase()).to.contain(host.reason.slice(0, 30).toLowerCase());
      expect((await host.digest().catch((error: Error) => error)) as Error).to.be.instanceOf(Error);
      expect(await host.step().catch((error: Error) => error.message)).to.be.a('string');
    });
  }

  it('begins as soon as the attribute is mended, or when it is asked to', async () => {
    const { host } = await failing({ ...FIXED, pattern: 'glidr' });
    await accessible(host);
    host.pattern = 'glider';
    await standing(host);
    await host.updateComplete;
    expect(cover(host)).to.equal('');
    expect(host.controlState!.pattern).to.equal('glider');

    // What was wrong may have been somewhere else.
    const url = `/nowhere-${Math.random()}.rle`;
    const { host: other } = await failing({ ...FIXED, pattern: url });
    const { fetch } = globalThis;
    globalThis.fetch = () => Promise.resolve(new Response('x = 3, y = 3\nbo$2bo$3o!'));
    try {
      other.shadowRoot!.querySelector<HTMLElement>('.cover:not([hidden]) button')!.click();
      await standing(other);
    } finally {
      globalThis.fetch = fetch;
    }
    await other.step();
    expect((await other.digest()).version).to.equal(1);
  });
});

describe('<mpl-host> that could not begin', () => {
  const glider = { command: 'pattern', name: 'mine.rle', text: 'x = 3, y = 3\nbo$2bo$3o!' } as const;
  /** Why a request failed; empty where it did not. */
  const asked = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => '',
      (error: Error) => error.message,
    );

  it('begins with the pattern it is given instead', async () => {
    const { host } = await failing({ ...FIXED, pattern: 'glidr' });
    expect(await asked(host.request(glider))).to.equal('');
    await standing(host);
    expect(host.controlState!).to.include({ pattern: 'mine.rle', width: 64 });
    await host.step();
    await host.reset();
    expect(host.controlState!.pattern).to.equal('mine.rle');
    // The attribute has its say again once it says something else.
    host.pattern = 'lwss';
    await waitUntil(() => host.controlState!.pattern === 'lwss');
  });

  it('takes a soup, a size and a rule as well, and says what is still wrong', async () => {
    const soupHost = await failing({ ...FIXED, pattern: 'glidr' });
    expect(await asked(soupHost.host.request({ command: 'soup', density: 0.4, seed: 11 }))).to.equal('');
    await standing(soupHost.host);
    const world = await soup({ width: 64, height: 64 }, 0.4, 11);
    expect((await soupHost.host.digest()).hash).to.equal(await hashOf(world));

    const { host } = await failing({ ...FIXED, pattern: data('x = 100, y = 1\n100o!') });
    expect(await asked(host.request({ command: 'grid', width: 80, height: 80 }))).to.contain('80x80');
    expect(await asked(host.request({ ...glider, text: '?' }))).to.contain('Line 1');
    expect(host.status).to.equal('failed');
    expect(await asked(host.play())).to.not.equal('');
    expect(await asked(host.request({ ...glider, text: 'x = 100, y = 1\n100o!' }))).to.contain('80x80');
    expect(await asked(host.request({ command: 'grid', width: 200, height: 100 }))).to.equal('');
    await standing(host);
    expect(host.controlState!).to.include({ width: 200, height: 100, pattern: 'mine.rle' });
  });

  it('is helped by its controls, as by a file dropped on it', async () => {
    for (const how of ['a field', 'a file']) {
      const { host } = await failing({ ...FIXED, pattern: 'glidr' });
      const controls = document.createElement('mpl-controls');
      host.after(controls);
      controls.screen = host;
      await controls.updateComplete;
      const inside = controls.shadowRoot!;
      expect(inside.querySelector<HTMLButtonElement>('.main')!.disabled).to.equal(true);
      expect(inside.querySelector('#note')!.textContent).to.contain('choose another pattern');
      const select = inside.querySelector('select')!;
      await waitUntil(() => select.options.length > 3, 'names of patterns are loaded');
      expect(select.disabled).to.equal(false);
      if (how === 'a field') {
        select.value = 'glider';
        select.dispatchEvent(new Event('change'));
      } else {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([glider.text], 'glider'));
        host.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      }
      await standing(host);
      expect(host.controlState!.pattern, how).to.equal('glider');
      await waitUntil(() => !inside.querySelector<HTMLButtonElement>('.main')!.disabled, 'play is possible');
      expect(inside.querySelector('#note')).to.equal(null);
    }
  });
});

describe('<mpl-host> with wrong attributes', () => {
  it('warns once of each, takes the default, and runs', async () => {
    let host!: MplHost;
    const said = await warnings(async () => {
      host = await openHost({
        ...FIXED,
        grid: '70000x5',
        speed: '-3',
        wrap: 'sphere',
        engine: 'steam',
        sim: 'death',
        control: 'all',
        density: '2',
        seed: '1.5',
        neighborhood: 'near',
        'max-peers': 'many',
      });
      host.requestUpdate('grid');
      await host.updateComplete;
    });
    const names = ['grid', 'speed', 'wrap', 'engine', 'sim', 'control', 'density', 'seed', 'neighborhood', 'max-peers'];
    for (const name of names) expect(said.filter((text) => text.includes(` ${name}=`)).length, name).to.equal(1);
    expect(said.length).to.equal(names.length);
    expect(said.find((text) => text.includes('grid='))).to.match(/"70000x5".*1 to 65536/);
    expect(host.controlState!).to.include({ width: 512, height: 512, speed: 30, wrap: 'torus', control: 'none' });
    expect(host.controlState!).to.include({ rule: 'B3/S23', neighborhood: 'moore' });
    expect(host.maxPeers).to.equal(8);
    await host.step(2);
    expect((await host.digest()).version).to.equal(2);
    const population = async () => host.stats.population;
    await waitUntil(async () => (await population()) !== null, 'it reports');
    // Density 0.3, and not nothing or all.
    expect(host.stats.population! / 512 ** 2).to.be.within(0.1, 0.4);
  });

  it('warns once of a rule it cannot read, and takes the default', async () => {
    let host!: MplHost;
    const errors: MplErrorEvent[] = [];
    const said = await warnings(async () => {
      host = await addHost({ ...FIXED, rule: 'B9/S23' });
      host.addEventListener('mpl-error', (event) => errors.push(event));
      await standing(host);
      await waitUntil(() => errors.length > 0, 'it is told');
      await aTimeout(100);
    });
    expect(said.length).to.equal(1);
    expect(said[0]).to.contain('B9');
    expect(errors.map(({ retryable }) => retryable)).to.deep.equal([true]);
    expect(host.controlState!.rule).to.equal('B3/S23');
    await host.step(4);
    expect((await host.digest()).hash).to.equal(await hashOf(await soup({ width: 64, height: 64 }, 0.4, 11, 4)));
    // It stays the default in the worlds that follow.
    await host.reset();
    expect(host.controlState!.rule).to.equal('B3/S23');
  });

  it('stays as it was when a running world is given what cannot be', async () => {
    const host = await openHost(FIXED);
    await host.step(4);
    const before = await host.digest();
    const wrong = (said: readonly string[]) => said.filter((text) => /rule|glidr|no\.rle|grid=|speed=/i.test(text));
    const said = await warnings(async (said) => {
      host.rule = 'life is long';
      host.grid = 'wide';
      host.setAttribute('speed', 'warp');
      await waitUntil(() => wrong(said).length === 3, 'it says so');
      host.pattern = 'glidr';
      await waitUntil(() => wrong(said).length === 4, 'it knows no such pattern');
      host.pattern = '/nowhere/no.rle';
      await waitUntil(() => wrong(said).length === 5, 'there is no such file');
      await aTimeout(300);
    });
    expect(wrong(said).length, said.join('\n')).to.equal(5);
    expect(host.status).to.equal('live');
    expect(await host.digest()).to.deep.equal(before);
    expect(host.controlState!).to.include({ rule: 'B3/S23', width: 64, pattern: '', speed: 30 });
    await host.step(3);
    expect((await host.digest()).hash).to.equal(await hashOf(await soup({ width: 64, height: 64 }, 0.4, 11, 7)));
  });

  it('says once, with its id, which address or rule cannot be', async () => {
    for (const [name, value] of [
      ['server', '::::'],
      ['signal', 'http//'],
      ['ice-servers', 'stan:x'],
      ['rule', 'B9/S23'],
    ] as const) {
      const said = await warnings(async (said) => {
        const odd = await openHost({
          ...FIXED,
          id: 'odd',
          channel: 'y',
          server: 'none',
          signal: 'http://127.0.0.1:9/',
          [name]: value,
        });
        await waitUntil(() => said.length > 0, 'it says so');
        await aTimeout(100);
        expect(odd.status).to.equal('live');
        odd.remove();
      });
      expect(said.length, said.join()).to.equal(1);
      expect(said[0])
        .to.match(/^<mpl-host id="odd">: /)
        .and.contain(value.split('/')[0]);
      if (name !== 'rule') expect(said[0]).to.contain(name);
    }
  });

  it('runs without a channel, and where its server is no URL', async () => {
    const host = await openHost({ ...FIXED, channel: '' });
    await host.step();
    expect(host.status).to.equal('live');
    expect(host.link).to.equal('none');
    const said = await warnings(async () => {
      const odd = await openHost({ ...FIXED, server: 'ftp://x', channel: 'y' });
      await odd.step();
      expect((await odd.digest()).version).to.equal(1);
    });
    expect(said.join()).to.contain('ftp://x');
  });
});
