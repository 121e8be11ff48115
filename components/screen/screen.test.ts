import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { emulateMedia, sendKeys } from '@web/test-runner-commands';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-viewer.js';
import { define } from '../define/define.js';
import { MplRequestEvent } from '../events/request-event.js';
import { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { accessible } from '../testing/accessible.js';
import { relayUrl, Stream } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import { VERSION } from '../version.js';

const streams: Stream[] = [];
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

async function live(options: ConstructorParameters<typeof Stream>[0] = {}) {
  const stream = new Stream(options);
  streams.push(stream);
  const viewer = await fixture<MplViewer>(
    html`<mpl-viewer server=${relayUrl()} channel=${stream.channel} interactive transport="relay"></mpl-viewer>`,
  );
  await waitUntil(() => viewer.status === 'live' && viewer.controlState !== null);
  await viewer.updateComplete;
  const stage = viewer.shadowRoot!.querySelector<HTMLElement>('#stage')!;
  const toast = (): string => viewer.shadowRoot!.querySelector('#toast')?.textContent ?? '';
  return { stream, viewer, stage, toast };
}
const idle = (attributes: Record<string, string>): MplViewer => {
  const viewer = document.createElement('mpl-viewer');
  for (const [name, value] of Object.entries(attributes)) viewer.setAttribute(name, value);
  return viewer;
};

describe('a screen', () => {
  it('takes values it does not know for the default, and says so once', async () => {
    const root = await fixture<HTMLElement>(html`<div></div>`);
    const viewer = idle({
      id: 'odd',
      server: 'none',
      transport: 'pigeon',
      fit: 'tight',
      colors: 'red',
      'max-fps': 'fast',
      'tile-budget': '-3',
      'frame-budget': '1e9',
      channel: 'no/slash',
    });
    const said = await warnings(async () => {
      root.append(viewer);
      await viewer.updateComplete;
      viewer.setAttribute('fit', 'tight');
      viewer.requestUpdate('fit');
      await viewer.updateComplete;
    });
    expect(viewer.transport).to.equal('auto');
    expect(viewer.fit).to.equal('contain');
    expect(viewer.channel ?? null).to.equal(null);
    expect([viewer.maxFps ?? null, viewer.tileBudget ?? null, viewer.frameBudget ?? null]).to.deep.equal([
      null,
      null,
      null,
    ]);
    for (const name of ['transport', 'fit', 'colors', 'max-fps', 'tile-budget', 'frame-budget', 'channel']) {
      expect(said.filter((text) => text.includes(`${name}=`)).length, name).to.equal(1);
    }
    expect(said.find((text) => text.includes('transport'))).to.match(/<mpl-viewer id="odd">.*"pigeon".*"p2p"/);
    expect(viewer.getAttribute('transport')).to.equal('pigeon');
    const quiet = await warnings(async () => {
      viewer.setAttribute('tile-budget', 'auto');
      viewer.setAttribute('colors', 'rgb(1 2 3) oklch(0.7 0.1 200)');
      viewer.removeAttribute('transport');
      await viewer.updateComplete;
    });
    expect(quiet).to.deep.equal([]);
    expect(viewer.transport).to.equal('auto');
  });

  it('writes no attribute and no style of its own', async () => {
    const { viewer } = await live();
    expect(viewer.getAttributeNames().sort()).to.deep.equal(['channel', 'interactive', 'server', 'transport']);
    for (const element of viewer.shadowRoot!.querySelectorAll('*'))
      expect(element.hasAttribute('style')).to.equal(false);
  });

  it('is hidden by hidden, has its shape from CSS, and no size from its content', async () => {
    const box = await fixture<HTMLElement>(html`<div></div>`);
    const viewer = idle({ server: 'none' });
    box.append(viewer);
    await viewer.updateComplete;
    const { width, height } = viewer.getBoundingClientRect();
    expect(width / height).to.be.closeTo(16 / 9, 0.02);
    viewer.hidden = true;
    expect(getComputedStyle(viewer).display).to.equal('none');
    viewer.hidden = false;
    viewer.style.setProperty('--mpl-aspect', '1');
    const square = viewer.getBoundingClientRect();
    expect(square.width).to.be.closeTo(square.height, 1);
  });

  it('wears the colors that CSS or the attribute gives it', async () => {
    const { viewer, stage } = await live();
    viewer.style.setProperty('--mpl-dead', 'rgb(1, 2, 3)');
    expect(getComputedStyle(stage).borderTopColor).to.equal('rgb(1, 2, 3)');
    viewer.fit = 'cover';
    const pixel = (): string => {
      const canvas = viewer.shadowRoot!.querySelector('canvas')!;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d')!;
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const found = new Set<string>();
      for (let i = 0; i < data.length; i += 4) found.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      return [...found].join(' ');
    };
    await waitUntil(() => pixel().includes('1,2,3'), 'the property shows');
    viewer.colors = '#00ff00 #000080';
    await waitUntil(() => /0,255,0/.test(pixel()) && /0,0,128/.test(pixel()), 'the attribute shows');
  });

  it('upgrades elements that were there before its definition, with properties set on them', async () => {
    const stream = new Stream();
    streams.push(stream);
    const early = document.createElement('mpl-late');
    Object.assign(early, { server: relayUrl(), transport: 'relay' });
    early.setAttribute('channel', stream.channel);
    (await fixture<HTMLElement>(html`<div></div>`)).append(early);
    define('mpl-late', class extends MplViewer {});
    const viewer = early as MplViewer;
    await waitUntil(() => viewer.status === 'live');
  });

  it('is defined once: a copy of another version says so once, one of the same says nothing', async () => {
    const first = customElements.get('mpl-viewer');
    const other = (tag: string, version?: string) => define(tag, class extends MplViewer {}, version);
    expect(await warnings(() => other('mpl-viewer'))).to.deep.equal([]);
    other('mpl-second');
    const said = await warnings(() => {
      other('mpl-viewer', '9.8.7');
      other('mpl-second', '9.8.7');
    });
    expect(said).to.have.length(1);
    expect(said[0]).to.contain(`<mpl-viewer> is of mpl-kit ${VERSION}`).and.contain('9.8.7 is not used');
    expect(customElements.get('mpl-viewer')).to.equal(first);
    const manifest = (await (await fetch('/package.json')).json()) as { version: string };
    expect(VERSION).to.equal(manifest.version);
  });

  it('asks the source, and shows a refusal with its reason', async () => {
    const { stream, viewer, toast } = await live();
    await viewer.pause();
    expect(stream.commands).to.deep.include({ command: 'pause' });
    await waitUntil(() => viewer.controlState!.paused);
    const error = await viewer.stop().catch((reason: Error) => reason);
    expect((error as Error).message).to.contain('can end it');
    await viewer.updateComplete;
    expect(toast()).to.contain('can end it');
    await waitUntil(() => {
      const host = document.querySelector<HTMLElement>('[data-mpl="announcer"]');
      return host?.shadowRoot?.textContent?.includes('can end it');
    }, 'it is read out');
    await accessible(viewer);
  });

  it('ends with its stream, without complaint', async () => {
    const { stream, viewer, toast } = await live();
    stream.source.end();
    await waitUntil(() => viewer.status === 'ended');
    expect(toast()).to.equal('');
  });

  it('has nothing show through the words over a picture, and a badge that steps back', async () => {
    const { viewer } = await live();
    const style = (selector: string) => getComputedStyle(viewer.shadowRoot!.querySelector(selector)!);
    for (const scheme of ['light', 'dark']) {
      viewer.style.colorScheme = scheme;
      const [, alpha = '1'] = /[,/] *(0?\.\d+)\)$/.exec(style('.card').backgroundColor) ?? [];
      expect(Number(alpha), scheme).to.be.at.least(0.95);
    }
    const badge = viewer.shadowRoot!.querySelector('#badge')!;
    expect(badge.textContent).to.equal('Live');
    const animations = badge.getAnimations({ subtree: true });
    // However long ago it came.
    for (const animation of animations) animation.currentTime = 0;
    const worded = badge.getBoundingClientRect().width;
    for (const animation of animations) animation.finish();
    expect(badge.getBoundingClientRect().width).to.be.below(worded / 2);
    expect(style('#badge').backgroundColor).to.equal('rgba(0, 0, 0, 0)');
    await accessible(viewer);
    viewer.paused = true;
    await viewer.updateComplete;
    expect(badge.textContent).to.equal('Paused');
    expect(badge.getAnimations({ subtree: true })).to.deep.equal([]);
    expect(badge.getBoundingClientRect().width).to.be.above(worded);
  });

  it('is calmer where the reader asks for less motion, unless the author knows better', async function () {
    // Firefox cannot be told over WebDriver BiDi what its reader prefers.
    if (navigator.userAgent.includes('Firefox')) this.skip();
    await emulateMedia({ reducedMotion: 'reduce' });
    try {
      const { stream, viewer } = await live();
      stream.run();
      await aTimeout(2600);
      // Of a page that was held up, what waited for it comes all at once.
      const calm = (fps: number) => fps >= 1 && fps <= 7;
      await waitUntil(() => calm(viewer.stats.streamFps), 'it is shown, and calmly');
      viewer.maxFps = 60;
      await waitUntil(() => viewer.stats.streamFps > 12, 'it goes on');
    } finally {
      await emulateMedia({ reducedMotion: 'no-preference' });
    }
  });

  it('refuses what the channel does not allow', async () => {
    const { viewer, toast, stream } = await live({ control: 'none' });
    expect(viewer.refusal).to.contain('watching only');
    expect(await viewer.play().catch((e: Error) => e.message)).to.contain('watching only');
    await viewer.updateComplete;
    expect(toast()).to.contain('watching only');
    expect(stream.commands).to.deep.equal([]);
  });

  it('steers with the right token, and not with another', async () => {
    const { viewer, stream } = await live({ control: 'token', token: 'open sesame' });
    expect(viewer.refusal).to.contain('token');
    viewer.token = 'wrong';
    await viewer.updateComplete;
    await waitUntil(() => viewer.status === 'live' && viewer.controlState !== null);
    expect(await viewer.play().catch((e: Error) => e.message)).to.contain('token');
    viewer.token = 'open sesame';
    await viewer.updateComplete;
    await waitUntil(() => viewer.status === 'live' && viewer.controlState !== null);
    await viewer.play();
    expect(stream.commands.length).to.equal(1);
  });

  it('carries out requests that bubble up to it, unless they are prevented', async () => {
    const { viewer, stream } = await live();
    const child = document.createElement('span');
    viewer.append(child);
    child.dispatchEvent(new MplRequestEvent({ command: 'speed', value: 60 }));
    await waitUntil(() => stream.commands.some((c) => c.command === 'speed'));
    document.addEventListener('mpl-step-request', (event) => event.preventDefault(), { once: true });
    child.dispatchEvent(new MplRequestEvent({ command: 'step', n: 5 }));
    child.dispatchEvent(new MplRequestEvent({ command: 'clear' }));
    await waitUntil(() => stream.commands.some((c) => c.command === 'clear'));
    expect(stream.commands.some((c) => c.command === 'step')).to.equal(false);
  });

  it('obeys native buttons with command and commandfor', async () => {
    const { viewer, stream } = await live();
    viewer.id = 'invoked';
    const button = document.createElement('button');
    if (!('commandForElement' in button)) return; // An older browser.
    button.setAttribute('commandfor', 'invoked');
    viewer.after(button);
    for (const command of ['--toggle', '--step', '--toggle']) {
      button.setAttribute('command', command);
      const before = stream.commands.length;
      button.click();
      await waitUntil(() => stream.commands.length > before);
      await waitUntil(() => viewer.controlState!.paused === stream.paused);
    }
    expect(stream.commands.map((c) => c.command)).to.deep.equal(['pause', 'step', 'play']);
    button.remove();
  });

  it('is steered by keys while it has the focus, and describes them', async () => {
    const { viewer, stage, stream } = await live();
    viewer.focus();
    expect(viewer.shadowRoot!.activeElement).to.equal(stage);
    expect(stage.getAttribute('role')).to.equal('application');
    expect(viewer.shadowRoot!.querySelector(`#${stage.getAttribute('aria-describedby')}`)!.textContent).to.contain(
      'Space: play or pause',
    );
    const moves: number[] = [];
    viewer.addEventListener('mpl-input', ({ input }) => {
      if (input.kind === 'view') moves.push(input.scale);
    });
    await sendKeys({ press: '+' });
    await sendKeys({ press: 'ArrowLeft' });
    expect(moves.length).to.equal(2);
    await sendKeys({ press: ' ' });
    await waitUntil(() => stream.commands.length === 1);
    expect(stream.commands[0]!.command).to.equal('pause');
    // Where it may not steer, the key says why, and the page does not move.
    stream.source.control = 'none';
    stream.source.setControlState({ ...viewer.controlState! });
    await waitUntil(() => viewer.refusal !== '', 'it may not steer');
    let prevented = false;
    document.addEventListener('keydown', (event) => void (prevented = event.defaultPrevented), { once: true });
    await sendKeys({ press: ' ' });
    await viewer.updateComplete;
    expect(prevented).to.equal(true);
    expect(viewer.shadowRoot!.querySelector('#toast')?.textContent).to.match(/^this channel is for watching only$/i);
    expect(stream.commands.length).to.equal(1);
    const keys = viewer.shadowRoot!.querySelector<HTMLElement>('#keys')!;
    await sendKeys({ press: '?' });
    expect(keys.matches(':popover-open')).to.equal(true);
    await accessible(viewer);
    await sendKeys({ press: 'Escape' });
    expect(keys.matches(':popover-open')).to.equal(false);
  });

  it('is an image, and takes no key, where it is not interactive', async () => {
    const { viewer, stage } = await live();
    viewer.interactive = false;
    await viewer.updateComplete;
    expect(stage.getAttribute('role')).to.equal('img');
    expect(stage.hasAttribute('tabindex')).to.equal(false);
    await accessible(viewer);
  });

  it('sends what is painted, and not what is prevented', async () => {
    const { viewer, stage, stream } = await live();
    viewer.drawing = true;
    await viewer.updateComplete;
    const box = stage.getBoundingClientRect();
    const stroke = (): void => {
      const at = (x: number) => ({ pointerId: 1, clientX: box.x + x, clientY: box.y + box.height / 2, bubbles: true });
      stage.setPointerCapture = () => {};
      stage.dispatchEvent(new PointerEvent('pointerdown', at(box.width / 2)));
      stage.dispatchEvent(new PointerEvent('pointermove', at(box.width / 2 + 30)));
      stage.dispatchEvent(new PointerEvent('pointerup', at(box.width / 2 + 30)));
    };
    stroke();
    await waitUntil(() => stream.commands.length > 0);
    const [draw] = stream.commands;
    expect(draw!.command).to.equal('draw');
    expect((draw as { cells: number[] }).cells.length).to.be.greaterThan(6);
    viewer.addEventListener('mpl-input', (event) => event.preventDefault());
    stroke();
    await aTimeout(200);
    expect(stream.commands.length).to.equal(1);
  });
});
