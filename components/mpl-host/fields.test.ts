import { expect, fixture, html } from '@open-wc/testing';
import { createGrayScott, createLenia } from '../../sim/index.js';
import '../define/mpl-controls.js';
import '../define/mpl-viewer.js';
import type { MplControls } from '../mpl-controls/mpl-controls.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { waitUntil } from '../testing/wait-until.js';
import { warnings } from '../testing/warnings.js';
import { addHost, openHost, standing } from './testing/hosts.js';

const SIZE = { width: 200, height: 130 };
const FIXED = { grid: '200x130', seed: '11', paused: '' };

/** Colors in a picture, each as often as it is there. */
function colorsOf(canvas: HTMLCanvasElement): Map<string, number> {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = new Map<string, number>();
  for (let i = 0; i < data.length; i += 4) {
    const color = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    found.set(color, (found.get(color) ?? 0) + 1);
  }
  return found;
}

describe('<mpl-host> of a field', () => {
  it('runs Gray-Scott as it is computed here, on either engine, and viewers have the same', async () => {
    const truth = await createGrayScott({ ...SIZE, rule: 'mitosis' });
    truth.seed(11);
    truth.step(150);
    for (const engine of ['wasm', 'js']) {
      const channel = freshChannel();
      const host = await openHost({
        ...FIXED,
        sim: 'gray-scott',
        rule: 'mitosis',
        engine,
        channel,
        server: relayUrl(),
      });
      const viewer = await fixture<MplViewer>(
        html`<mpl-viewer server=${relayUrl()} channel=${channel} transport="relay"></mpl-viewer>`,
      );
      await waitUntil(() => viewer.status === 'live', 'it is live');
      await host.step(150);
      const { version, hash } = await host.digest();
      expect({ version, hash }).to.deep.equal(await truth.digest());
      await waitUntil(() => viewer.version === 150);
      expect(await viewer.digest()).to.deep.equal({ version, hash });
      expect(host.controlState!.rule).to.equal('feed=0.0367 kill=0.0649');
      await waitUntil(() => host.stats.engine !== '', 'it reports');
      expect(host.stats.engine).to.equal(engine);
      // Values show in shades between dead and alive.
      const canvas = viewer.shadowRoot!.querySelector('canvas')!;
      await waitUntil(() => colorsOf(canvas).size > 30, 'there are many colors');
      // Where nobody sees it, nothing is drawn.
      host.remove();
      viewer.remove();
    }
  });

  it('runs an orbium of Lenia, and one of a seed', async () => {
    const host = await openHost({ ...FIXED, sim: 'lenia', pattern: 'Orbium' });
    await host.step(20);
    const truth = await createLenia(SIZE);
    truth.load('orbium');
    truth.step(20);
    expect(await host.digest()).to.deep.equal(await truth.digest());
    host.pattern = null;
    truth.seed(11);
    await waitUntil(() => host.controlState!.pattern === '' && host.version === 0, 'it began anew');
    expect((await host.digest()).hash).to.equal((await truth.digest()).hash);
  });

  it('changes numbers as it runs, and is drawn on', async () => {
    const host = await openHost({ ...FIXED, sim: 'gray-scott', density: '0', wrap: 'bounded' });
    const truth = await createGrayScott({ ...SIZE, wrap: 'bounded' });
    await host.request({ command: 'draw', cells: [50, 50, 53, 51], alive: true });
    truth.draw([50, 50, 53, 51], true);
    await host.step(30);
    truth.step(30);
    expect(await host.digest()).to.deep.equal(await truth.digest());
    host.rule = 'coral feed=0.03';
    await waitUntil(() => host.controlState!.rule === 'feed=0.03 kill=0.062');
    await host.step(30);
    truth.setRule('coral feed=0.03');
    truth.step(30);
    expect(await host.digest()).to.deep.equal(await truth.digest());
    await host.request({ command: 'clear' });
    expect(await host.request({ command: 'rule', rule: 'feed=9' }).catch((e: Error) => e.message)).to.match(
      /feed=9 is out of range: use a number from 0 to 0.12/,
    );
    expect(
      await host.request({ command: 'pattern', name: 'glider', text: 'bo$2bo$3o!' }).catch((e: Error) => e.message),
    ).to.match(/takes no pattern from a file/);
    expect(host.controlState!.rule).to.equal('feed=0.03 kill=0.062');
  });

  it('says what is wrong with a rule, and takes the default; with a pattern, and does not begin', async () => {
    const said = await warnings(async () => {
      const host = await standing(await addHost({ ...FIXED, sim: 'lenia', rule: 'B3/S23' }));
      expect(host.controlState!.rule).to.equal('radius=13 mu=0.15 sigma=0.015');
      const none = await addHost({ ...FIXED, sim: 'lenia', pattern: 'glider' });
      await waitUntil(() => none.status === 'failed');
      expect(none.reason).to.contain('use "orbium"');
    });
    expect(said.join('\n')).to.match(/"B3\/S23" is no preset: write one of orbium/);
  });

  it('is offered what fits it by the controls', async () => {
    const host = await openHost({ ...FIXED, sim: 'gray-scott', id: 'field' });
    const controls = await fixture<MplControls>(html`<mpl-controls for="field"></mpl-controls>`);
    const offered = () =>
      [...controls.shadowRoot!.querySelectorAll('#rules option')].map((option) => option.getAttribute('value'));
    const patterns = () =>
      controls.shadowRoot!.querySelectorAll('select').length -
      1 +
      controls.shadowRoot!.querySelectorAll('[type=file]').length;
    await waitUntil(() => offered().includes('mitosis'), 'rules of Gray-Scott');
    expect(offered()).not.to.include('B3/S23');
    expect(patterns()).to.equal(0);
    host.sim = 'lenia';
    await waitUntil(() => offered().includes('orbium'), 'rules of Lenia');
    expect(patterns()).to.equal(0);
    host.sim = 'life';
    await waitUntil(() => offered().includes('B3/S23'), 'rules of Life');
    expect(patterns()).to.equal(2);
  });

  it('becomes another world where its attribute says so', async () => {
    const host = await openHost({ ...FIXED, sim: 'gray-scott' });
    host.sim = 'life';
    await waitUntil(() => host.controlState?.rule === 'B3/S23', 'it is Life');
    host.sim = 'lenia';
    await waitUntil(() => host.controlState?.rule.startsWith('radius') ?? false, 'it is Lenia');
  });
});
