import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-controls.js';
import '../define/mpl-host.js';
import '../define/mpl-viewer.js';
import type { MplHost } from '../mpl-host/mpl-host.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { accessible } from '../testing/accessible.js';
import { freshChannel, relayUrl, Stream } from '../testing/stream.js';
import type { MplControls } from './mpl-controls.js';
import { whoText } from './who.js';

const streams: Stream[] = [];
afterEach(() => {
  for (const made of streams.splice(0)) made.close();
});

/** Controls, the screen they are for, and what they show of who steers. */
class Desk<S extends MplViewer | MplHost> {
  constructor(
    readonly screen: S,
    readonly controls: MplControls,
  ) {}

  get who(): HTMLElement | null {
    return this.controls.shadowRoot!.querySelector('#who');
  }

  get text(): string {
    return this.who?.querySelector('span')?.textContent ?? '';
  }

  get buttons(): string[] {
    return [...(this.who?.querySelectorAll('button') ?? [])].map((button) => button.textContent!.trim());
  }

  async until(text: string, ...buttons: string[]): Promise<void> {
    const shown = () => this.text === text && String(this.buttons) === String(buttons);
    await waitUntil(shown, `"${text}" and ${buttons}`);
  }

  press(label: string): void {
    const button = [...this.who!.querySelectorAll('button')].find((one) => one.textContent!.trim() === label);
    if (!button) throw new Error(`there is no button "${label}", only ${this.buttons}`);
    button.click();
  }
}

async function watch(channel: string, name: string): Promise<Desk<MplViewer>> {
  const root = await fixture<HTMLElement>(
    html`<div>
      <mpl-viewer id=${name} name=${name} server=${relayUrl()} channel=${channel} transport="relay"></mpl-viewer>
      <mpl-controls for=${name}></mpl-controls>
    </div>`,
  );
  const desk = new Desk(root.querySelector('mpl-viewer')!, root.querySelector('mpl-controls')!);
  await waitUntil(() => desk.screen.status === 'live' && desk.screen.controlState !== null, 'live');
  await desk.controls.updateComplete;
  return desk;
}

const refused = (asked: Promise<void>): Promise<string> =>
  asked.then(
    () => 'not refused',
    (error: Error) => error.message,
  );

describe('<mpl-controls> where one steers at a time', () => {
  it('shows nothing of it where many may', async () => {
    const stream = new Stream();
    streams.push(stream);
    const ada = await watch(stream.channel, 'Ada');
    expect(ada.who).to.equal(null);
  });

  it('lets viewers ask, hand over, withdraw and give up, and says who steers', async () => {
    const stream = new Stream({ controllers: 'one' });
    streams.push(stream);
    const ada = await watch(stream.channel, 'Ada');
    const bob = await watch(stream.channel, 'Bob');
    await ada.until('Nobody steers.', 'Steer');
    await accessible(ada.controls);
    ada.press('Steer');
    await ada.until('You steer.', 'Give up');
    await bob.until('Ada steers.', 'Ask to steer');
    expect([ada.screen.controlling, bob.screen.controlling]).to.deep.equal([true, false]);
    expect(bob.screen.refusal).to.contain('Ada steers now');
    const main = bob.controls.shadowRoot!.querySelector<HTMLButtonElement>('.main')!;
    expect(main.disabled).to.equal(true);
    expect(await refused(bob.screen.pause())).to.contain('Ada steers now; ask for it');
    await ada.screen.pause();

    bob.press('Ask to steer');
    await bob.until('Ada steers; you asked to steer.', 'Withdraw');
    await ada.until('You steer; Bob asks to steer.', 'Hand over to Bob', 'Give up');
    await accessible(ada.controls);
    bob.press('Withdraw');
    await ada.until('You steer.', 'Give up');
    await bob.until('Ada steers.', 'Ask to steer');
    bob.press('Ask to steer');
    await ada.until('You steer; Bob asks to steer.', 'Hand over to Bob', 'Give up');
    ada.press('Hand over to Bob');
    await bob.until('You steer.', 'Give up');
    await ada.until('Bob steers.', 'Ask to steer');
    await bob.screen.play();
    bob.press('Give up');
    await ada.until('Nobody steers.', 'Steer');
    expect(stream.commands.map(({ command }) => command)).to.deep.equal(['pause', 'play']);
  });

  it('is worked by keys, and keeps the focus', async () => {
    const stream = new Stream({ controllers: 'one' });
    streams.push(stream);
    const ada = await watch(stream.channel, 'Ada');
    const bob = await watch(stream.channel, 'Bob');
    ada.who!.querySelector('button')!.focus();
    await sendKeys({ press: 'Enter' });
    await ada.until('You steer.', 'Give up');
    expect(ada.controls.shadowRoot!.activeElement).to.equal(ada.who!.querySelector('button'));
    await bob.until('Ada steers.', 'Ask to steer');
    bob.press('Ask to steer');
    await ada.until('You steer; Bob asks to steer.', 'Hand over to Bob', 'Give up');
    ada.who!.querySelector('button')!.focus();
    await sendKeys({ press: 'Enter' });
    await ada.until('Bob steers.', 'Ask to steer');
    await waitUntil(() => ada.controls.shadowRoot!.activeElement === ada.who!.querySelector('button'));
  });

  it('lets others have it once a viewer has gone, and lets a request be prevented', async () => {
    const stream = new Stream({ controllers: 'one' });
    streams.push(stream);
    const ada = await watch(stream.channel, 'Ada');
    const bob = await watch(stream.channel, 'Bob');
    ada.press('Steer');
    await bob.until('Ada steers.', 'Ask to steer');
    ada.screen.remove();
    await bob.until('Nobody steers.', 'Steer');
    bob.controls.addEventListener('mpl-controller-request', (event) => event.preventDefault(), { once: true });
    bob.press('Steer');
    bob.press('Steer');
    await bob.until('You steer.', 'Give up');
    expect(stream.source.fanout.ends.size).to.equal(1);
  });

  it('lets others have it as soon as its page is left', async () => {
    const stream = new Stream({ controllers: 'one' });
    streams.push(stream);
    const ada = await watch(stream.channel, 'Ada');
    const bob = await watch(stream.channel, 'Bob');
    ada.press('Steer');
    await bob.until('Ada steers.', 'Ask to steer');
    bob.press('Ask to steer');
    await bob.until('Ada steers; you asked to steer.', 'Withdraw');
    expect(bob.screen.refusal).to.equal('Ada steers now; you have asked for it');
    window.dispatchEvent(new PageTransitionEvent('pagehide'));
    await ada.until('Nobody steers.', 'Steer');
    await bob.until('Nobody steers.', 'Steer');
    expect(ada.screen.lostTurn).to.equal('');
  });

  it('is the host’s to take, and to hand over', async () => {
    const channel = freshChannel();
    const root = await fixture<HTMLElement>(
      html`<div>
        <mpl-host
          id="one-host" server=${relayUrl()} channel=${channel} grid="64x64" transport="relay" paused
          control="viewers" controllers="one"
        ></mpl-host>
        <mpl-controls for="one-host"></mpl-controls>
      </div>`,
    );
    const host = new Desk(root.querySelector('mpl-host')!, root.querySelector('mpl-controls')!);
    const ada = await watch(channel, 'Ada');
    await host.until('Nobody steers.', 'Steer');
    ada.press('Steer');
    await host.until('Ada steers.', 'Take over');
    // The page that runs the world may steer whoever else does.
    expect(host.screen.refusal).to.equal('');
    await host.screen.step();
    host.press('Take over');
    await ada.until('the host steers.', 'Ask to steer');
    ada.press('Ask to steer');
    await host.until('You steer; Ada asks to steer.', 'Hand over to Ada', 'Give up');
    host.press('Hand over to Ada');
    await ada.until('You steer.', 'Give up');
    host.screen.controllers = 'many';
    await waitUntil(() => ada.who === null && host.who === null);
    expect(ada.screen.refusal).to.equal('');
  });

  it('names a few of those who ask', () => {
    const asking = ['Ada', 'Bob', 'Cem', 'Dot', 'Eve'].map((name, i) => ({ id: `id-${i}`, name }));
    const model = { controlling: true, asking: false, owner: false, askRefusal: '' };
    const state = { controllers: 'one', asking } as unknown as MplViewer['controlState'];
    expect(whoText({ ...model, controlState: state })).to.equal('You steer; Ada, Bob, Cem, 2 more ask to steer.');
    expect(whoText({ ...model, controlState: null })).to.equal('');
  });
});
