import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-controls.js';
import '../define/mpl-viewer.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { accessible } from '../testing/accessible.js';
import { relayUrl, Stream } from '../testing/stream.js';
import { embedMarkup } from './embed-markup.js';
import type { MplControls } from './mpl-controls.js';
import { parseSize } from './panel.js';
import { LAST, positionOf, speedAt } from './speed.js';

const streams: Stream[] = [];
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

async function steer(options: ConstructorParameters<typeof Stream>[0] = {}) {
  const stream = new Stream(options);
  streams.push(stream);
  const root = await fixture<HTMLElement>(
    html`<div>
      <mpl-viewer server=${relayUrl()} channel=${stream.channel} interactive transport="relay"></mpl-viewer>
      <mpl-controls></mpl-controls>
    </div>`,
  );
  const viewer = root.querySelector('mpl-viewer') as MplViewer;
  const controls = root.querySelector('mpl-controls') as MplControls;
  await waitUntil(() => viewer.status === 'live' && viewer.controlState !== null);
  await controls.updateComplete;
  const $ = <T extends HTMLElement = HTMLButtonElement>(selector: string): T => {
    const found = controls.shadowRoot!.querySelector<T>(selector);
    if (!found) throw new Error(`there is no ${selector}`);
    return found;
  };
  const note = (): string => controls.shadowRoot!.querySelector('#note')?.textContent ?? '';
  const sent = (command: string) => waitUntil(() => stream.commands.some((c) => c.command === command), command);
  return { stream, viewer, controls, $, note, sent };
}

const type = (field: HTMLInputElement | HTMLSelectElement, value: string): void => {
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
};

describe('<mpl-controls>', () => {
  it('shows how the source stands, never what was only asked for', async () => {
    const { stream, viewer, controls, $ } = await steer();
    const play = $('.main');
    expect(play.getAttribute('aria-label')).to.equal('Pause');
    expect($<HTMLInputElement>('.rule').value).to.equal('B3/S23');
    expect($<HTMLInputElement>('.size').value).to.equal('320x200');
    expect($('output').textContent).to.equal('25/s');
    play.click();
    expect(play.getAttribute('aria-label')).to.equal('Pause');
    await waitUntil(() => viewer.controlState!.paused);
    await controls.updateComplete;
    expect(play.getAttribute('aria-label')).to.equal('Play');
    play.click();
    await waitUntil(() => !stream.paused);
    await accessible(controls);
  });

  it('is off while there is nobody to steer, and says why; what is asked for then is refused at once', async () => {
    const { stream, viewer, controls, $, note } = await steer();
    const off = (): boolean[] =>
      ['.main', '[aria-label="Start over"]', '.rule'].map((name) => $<HTMLInputElement>(name).disabled);
    const refused = (): Promise<string> =>
      viewer.pause().then(
        () => 'done',
        (error: Error) => error.message,
      );
    await controls.updateComplete;
    expect(off()).to.deep.equal([false, false, false]);
    stream.uplink.close();
    await waitUntil(() => viewer.status === 'waiting', 'the source is away');
    await waitUntil(() => off().every(Boolean) && note() === 'The source is away', 'it says so');
    expect([viewer.refusal, await refused()]).to.deep.equal(['the source is away', 'the source is away']);
    expect(viewer.stats.generationRate).to.equal(0);
    // Another one takes its place: nothing that was asked of the first is done there.
    const first = viewer.controlState;
    const next = new Stream({ channel: stream.channel, claim: stream.claim });
    streams.push(next);
    await waitUntil(() => viewer.status === 'live', 'it is back');
    // Until it has told of itself, what is asked is taken for the one before, and refused.
    await waitUntil(() => viewer.controlState?.desk !== first?.desk, 'it is known');
    await waitUntil(() => off().every((one) => !one), 'it can be steered');
    expect(note()).to.equal('');
    await viewer.step();
    expect(next.commands.map(({ command }) => command)).to.deep.equal(['step']);
    next.source.end();
    await waitUntil(() => viewer.status === 'ended', 'it has ended');
    await waitUntil(() => off().every(Boolean) && note() === 'The stream has ended', 'it says so');
    expect(await refused()).to.equal('the stream has ended');
    await accessible(controls);
  });

  it('sends each command with its values', async () => {
    const { stream, $, controls, sent } = await steer();
    $('[aria-label="One generation"]').click();
    await sent('step');
    $('[aria-label="Start over"]').click();
    await sent('reset');
    type($<HTMLInputElement>('.rule'), 'B36/S23');
    await sent('rule');
    type($<HTMLInputElement>('.size'), '640 x 480');
    await sent('grid');
    const [patterns, edges] = controls.shadowRoot!.querySelectorAll('select');
    type(edges!, 'bounded');
    await sent('wrap');
    await waitUntil(() => patterns!.options.length > 3, 'names of patterns are loaded');
    type(patterns!, 'glider');
    await sent('pattern');
    $<HTMLInputElement>('[name=density]').value = '12.5';
    $<HTMLInputElement>('[name=seed]').value = '42';
    $<HTMLFormElement>('form').requestSubmit();
    await sent('soup');
    $('#panel > button').click();
    await sent('clear');
    expect(stream.commands).to.deep.include({ command: 'rule', rule: 'B36/S23' });
    expect(stream.commands).to.deep.include({ command: 'grid', width: 640, height: 480 });
    expect(stream.commands).to.deep.include({ command: 'wrap', wrap: 'bounded' });
    expect(stream.commands).to.deep.include({ command: 'soup', density: 0.125, seed: 42 });
    expect(stream.commands.find((c) => c.command === 'pattern')).to.have.property('name', 'glider');
    // What was asked for and not done is not shown.
    expect($<HTMLInputElement>('.rule').value).to.equal('B3/S23');
  });

  it('sends the speed while the slider is dragged, and not too often', async () => {
    const { stream, $, sent } = await steer();
    const slider = $<HTMLInputElement>('[type=range]');
    for (let i = 40; i < 80; i++) {
      slider.value = String(i);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
    slider.dispatchEvent(new Event('change', { bubbles: true }));
    await sent('speed');
    await aTimeout(200);
    const speeds = stream.commands.flatMap((c) => (c.command === 'speed' ? [c.value] : []));
    expect(speeds.length).to.be.within(1, 2);
    expect(speeds.at(-1)).to.equal(speedAt(79));
    await waitUntil(() => slider.value === String(positionOf(25)), 'it goes back to what is');
  });

  it('takes a dropped pattern file, on itself and on the screen', async () => {
    const { stream, viewer, controls, sent } = await steer();
    const drop = (target: HTMLElement, name: string): void => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x = 3, y = 1\n3o!'], name));
      target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    };
    drop(controls, 'blinker.rle');
    await sent('pattern');
    drop(viewer, 'other.rle');
    await waitUntil(() => stream.commands.length === 2);
    expect(stream.commands.map((c) => (c.command === 'pattern' ? [c.name, c.text] : null))).to.deep.equal([
      ['blinker.rle', 'x = 3, y = 1\n3o!'],
      ['other.rle', 'x = 3, y = 1\n3o!'],
    ]);
  });

  it('says that a file is too large for a viewer to send', async () => {
    const { controls, stream, note } = await steer();
    await controls.ask({ command: 'pattern', name: 'huge.rle', text: 'b'.repeat(100_000) });
    await controls.updateComplete;
    expect(note()).to.contain('too large');
    expect(stream.commands).to.deep.equal([]);
  });

  it('says that a size is none, and forgets it once something goes well', async () => {
    const { controls, stream, viewer, $, note } = await steer();
    for (const wrong of ['0x5', '100', '99999x5']) {
      type($<HTMLInputElement>('.size'), wrong);
      await controls.updateComplete;
      expect(note()).to.contain(`"${wrong}" is no size`).and.contain('1 to 65536');
      expect($<HTMLInputElement>('.size').value).to.equal('320x200');
    }
    expect(stream.commands).to.deep.equal([]);
    await controls.ask({ command: 'step', n: 1 });
    await controls.updateComplete;
    expect(note()).to.equal('');

    const toast = () => viewer.shadowRoot!.querySelector('#toast')?.textContent ?? '';
    await controls.ask({ command: 'stop' });
    await Promise.all([controls.updateComplete, viewer.updateComplete]);
    expect(toast()).to.contain('can end it');
    expect(note()).to.contain('can end it');
    await controls.ask({ command: 'step', n: 1 });
    await Promise.all([controls.updateComplete, viewer.updateComplete]);
    expect([toast(), note()]).to.deep.equal(['', '']);
  });

  describe('where the page has no clipboard', () => {
    const { execCommand } = document;
    before(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    after(() => Reflect.deleteProperty(navigator, 'clipboard'));
    afterEach(() => {
      document.execCommand = execCommand;
    });

    it('copies in the older way', async () => {
      const { viewer, controls, $, note } = await steer();
      let copied = '';
      const look = () => {
        const field = $<HTMLTextAreaElement>('textarea');
        copied = field.value.slice(field.selectionStart, field.selectionEnd);
      };
      document.addEventListener('copy', look, { once: true });
      $('#copy').focus();
      await sendKeys({ press: 'Enter' });
      await waitUntil(() => note().includes('Copied'));
      expect(copied).to.equal(embedMarkup(viewer));
      await controls.updateComplete;
      expect(controls.shadowRoot!.querySelector('textarea')).to.equal(null);
      expect(controls.shadowRoot!.activeElement).to.equal($('#copy'));
    });

    it('shows the markup, selected, where that is forbidden too', async () => {
      document.execCommand = () => false;
      const { viewer, controls, $, note } = await steer();
      $('#copy').click();
      await waitUntil(() => note().includes('copy the selected text'));
      const field = $<HTMLTextAreaElement>('textarea');
      expect(field.value).to.equal(embedMarkup(viewer));
      expect(controls.shadowRoot!.activeElement).to.equal(field);
      expect(field.selectionEnd - field.selectionStart).to.equal(field.value.length);
      await accessible(controls);
      await sendKeys({ press: 'Escape' });
      await waitUntil(() => controls.shadowRoot!.querySelector('textarea') === null);
    });
  });

  it('can do nothing to the source, and says why, where that is not allowed', async () => {
    const { $, note, controls } = await steer({ control: 'none' });
    expect(note()).to.contain('watching only');
    expect($('.main').disabled).to.equal(true);
    expect($<HTMLInputElement>('.rule').disabled).to.equal(true);
    expect($('[aria-label="Show all"]').disabled).to.equal(false);
    expect($('[aria-label="Full screen"]').disabled).to.equal(false);
    await accessible(controls);
  });

  it('lets a request be prevented', async () => {
    const { $, stream, controls } = await steer();
    const seen: string[] = [];
    for (const type of ['mpl-pause-request', 'mpl-step-request'] as const) {
      controls.addEventListener(type, (event) => {
        seen.push(event.request.command);
        if (event.request.command === 'pause') event.preventDefault();
      });
    }
    $('.main').click();
    $('[aria-label="One generation"]').click();
    await waitUntil(() => stream.commands.length > 0);
    await aTimeout(50);
    expect(seen).to.deep.equal(['pause', 'step']);
    expect(stream.commands.map((c) => c.command)).to.deep.equal(['step']);
  });

  it('switches drawing on and off, and opens its panel where it is narrow', async () => {
    const { $, viewer, controls } = await steer();
    const draw = $('[aria-label="Draw cells"]');
    draw.click();
    await waitUntil(() => viewer.drawing);
    await waitUntil(() => draw.getAttribute('aria-pressed') === 'true');
    controls.style.width = '340px';
    await controls.updateComplete;
    expect(getComputedStyle($('#panel')).display).to.equal('none');
    $('.more').click();
    await controls.updateComplete;
    expect($('.more').getAttribute('aria-expanded')).to.equal('true');
    expect(getComputedStyle($('#panel')).display).to.equal('flex');
    expect(controls.scrollWidth).to.be.at.most(340);
    await accessible(controls);
  });

  it('works from within a screen, once', async () => {
    const { stream, viewer, $, controls } = await steer();
    viewer.append(controls);
    await aTimeout(0);
    $('[aria-label="One generation"]').click();
    await waitUntil(() => stream.commands.length > 0);
    await aTimeout(200);
    expect(stream.commands.length).to.equal(1);
  });
});

describe('what controls reckon', () => {
  it('maps the slider to speeds that people would say, and back', () => {
    expect(speedAt(0)).to.equal(1);
    expect(speedAt(LAST - 1)).to.equal(1000);
    expect(speedAt(LAST)).to.equal(0);
    expect(positionOf(0)).to.equal(LAST);
    let last = 0;
    for (let i = 0; i < LAST; i++) {
      const speed = speedAt(i);
      expect(speed).to.be.at.least(last);
      expect(Number.isInteger(speed)).to.equal(true);
      last = speed;
    }
    for (const speed of [1, 5, 25, 30, 60, 250, 1000]) {
      expect(speedAt(positionOf(speed)) / speed).to.be.within(0.85, 1.2);
    }
  });

  it('reads sizes', () => {
    expect(parseSize('512x256')).to.deep.equal({ width: 512, height: 256 });
    expect(parseSize(' 7 × 9 ')).to.deep.equal({ width: 7, height: 9 });
    for (const wrong of ['', '12', '0x5', '65537x1', 'x', '1x2x3', '-1x5', '1e3x4'])
      expect(parseSize(wrong), wrong).to.equal(null);
  });

  it('writes markup that embeds the channel, by the same ways', () => {
    const screen = {
      channel: 'demo',
      server: 'https://relay.example',
      signal: null,
      transport: 'auto',
      iceServers: null,
    } as const;
    const kit = '<script type="module" src="https://relay.example/mpl.js"></script>\n';
    const relay = 'channel="demo" server="https://relay.example/"';
    expect(embedMarkup(screen)).to.equal(`${kit}<mpl-viewer ${relay} interactive></mpl-viewer>`);
    const more = { ...screen, signal: '/meet', transport: 'p2p', iceServers: '[{"urls":"turn:a?x=1&y=2"}]' } as const;
    expect(embedMarkup(more)).to.equal(
      `${kit}<mpl-viewer ${relay} signal="${location.origin}/meet" transport="p2p" ice-servers="[{&quot;urls&quot;:&quot;turn:a?x=1&amp;y=2&quot;}]" interactive></mpl-viewer>`,
    );
    const viewer = document.createRange().createContextualFragment(embedMarkup(more)).querySelector('mpl-viewer')!;
    expect(viewer.getAttribute('ice-servers')).to.equal(more.iceServers);
    expect(embedMarkup({ ...screen, signal: 'none' })).to.contain('signal="none"');
  });

  it('writes markup for what has no relay, from where the kit came', () => {
    const screen = { channel: 'demo', server: 'none', signal: 'peerjs', transport: 'auto', iceServers: null } as const;
    const viewer = '\n<mpl-viewer channel="demo" server="none" signal="peerjs" interactive></mpl-viewer>';
    expect(embedMarkup(screen)).to.equal(`<script type="module" src="${location.origin}/mpl.js"></script>${viewer}`);
    expect(embedMarkup(screen, 'https://cdn.example/kit/')).to.equal(
      `<script type="module" src="https://cdn.example/kit/mpl.js"></script>${viewer}`,
    );
    expect(() => embedMarkup({ ...screen, signal: null })).to.throw('neither a relay nor a signal');
    expect(() => embedMarkup({ ...screen, channel: null })).to.throw('no channel');
  });
});
