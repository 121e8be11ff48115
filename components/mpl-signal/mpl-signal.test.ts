import { aTimeout, expect, fixture, html, nextFrame } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-signal.js';
import type { MplSignalEvent } from '../events/signal-event.js';
import { SignalStream } from '../testing/signals.js';
import { network } from '../testing/sockets.js';
import { freshChannel, relayUrl } from '../testing/stream.js';
import { warnings } from '../testing/warnings.js';
import type { MplSignal } from './mpl-signal.js';
import { openFeeds } from './shared.js';

const streams: SignalStream[] = [];
function publish(values: Record<string, unknown>, channel?: string): SignalStream {
  const stream = new SignalStream(values, channel);
  streams.push(stream);
  return stream;
}

before(() => network.watch());
after(() => network.unwatch());
afterEach(() => {
  network.restore();
  for (const stream of streams.splice(0)) stream.close();
});

/** Elements, in a page that says where their relay is. */
async function page(markup: string): Promise<{ root: HTMLElement; signals: MplSignal[] }> {
  const root = await fixture<HTMLElement>(html`<div lang="en" mpl-server=${relayUrl()}></div>`);
  const { body } = new DOMParser().parseFromString(markup, 'text/html');
  root.append(...body.childNodes);
  return { root, signals: [...root.querySelectorAll('mpl-signal')] };
}
async function one(markup: string): Promise<MplSignal> {
  return (await page(markup)).signals[0]!;
}
const live = (signal: MplSignal): Promise<void> => waitUntil(() => signal.status === 'live', 'it is live');
const shows = (signal: MplSignal, text: string): Promise<void> =>
  waitUntil(() => signal.text === text, `it shows ${text}, not ${signal.text}`);

describe('<mpl-signal>', () => {
  it('shows a value as text, and follows it', async () => {
    const { channel, ...stream } = publish({ count: 1234.5, name: 'a' });
    const signal = await one(`<mpl-signal channel="${channel}" name="count"></mpl-signal>`);
    expect(signal.shadowRoot!.querySelector('slot')!.textContent).to.equal('–');
    await shows(signal, '1,234.5');
    expect(signal.matches(':state(live)')).to.equal(true);
    expect(signal.matches(':state(empty)')).to.equal(false);
    streams[0]!.set({ count: 2 });
    await shows(signal, '2');
    expect(signal.value).to.equal(2);
    expect(getComputedStyle(signal).fontVariantNumeric).to.equal('tabular-nums');
    signal.name = 'name';
    await shows(signal, 'a');
    signal.setAttribute('channel', publish({ name: 'b' }).channel);
    await shows(signal, 'b');
    expect(stream.uplink.status).to.equal('live');
  });

  it('writes it as the page and its attributes say, and anew when they change', async () => {
    const { channel } = publish({ share: 0.256, load: { cores: [0.5, 0.75] }, at: Date.UTC(2024, 1, 29, 12) });
    const { root, signals } = await page(`
      <main mpl-channel="${channel}">
        <mpl-signal name="share" format="percent" digits="1"></mpl-signal>
        <mpl-signal name="load" path="cores.1" format="percent"></mpl-signal>
        <mpl-signal name="at" format="date"></mpl-signal>
        <p lang="de"><mpl-signal name="share" unit="Äpfel"></mpl-signal></p>
        <mpl-signal name="share" locale="fr"></mpl-signal>
      </main>`);
    await shows(signals[0]!, '25.6%');
    await shows(signals[1]!, '75%');
    await shows(signals[2]!, 'Feb 29, 2024');
    await shows(signals[3]!, '0,256\u00a0Äpfel');
    await shows(signals[4]!, '0,256');
    root.lang = 'de';
    await shows(signals[0]!, '25,6\u00a0%');
    await shows(signals[2]!, '29.02.2024');
    signals[1]!.path = '/cores/0';
    await shows(signals[1]!, '50\u00a0%');
  });

  it('shows what lies between its tags, or the placeholder, while there is no value', async () => {
    const { channel, ...stream } = publish({ empty: null, text: '' });
    const { signals } = await page(`
      <mpl-signal channel="${channel}" name="empty" placeholder="none"></mpl-signal>
      <mpl-signal channel="${channel}" name="empty">not <em>yet</em></mpl-signal>
      <mpl-signal channel="${channel}" name="text"></mpl-signal>`);
    await Promise.all(signals.map(live));
    const slot = signals[0]!.shadowRoot!.querySelector('slot')!;
    expect(slot.textContent).to.equal('none');
    expect(signals[1]!.shadowRoot!.querySelector('slot')!.assignedNodes().length).to.equal(2);
    const empty = () => signals.map((signal) => signal.matches(':state(empty)')).join();
    await waitUntil(() => empty() === 'true,true,false', 'the last has its text');
    expect(signals[0]!.value).to.equal(null);
    await shows(signals[2]!, '');
    streams[0]!.set({ empty: 1 });
    await shows(signals[0]!, '1');
    await shows(signals[1]!, '1');
    streams[0]!.set({ empty: null });
    await waitUntil(() => signals[1]!.matches(':state(empty)'));
    expect(signals[1]!.shadowRoot!.querySelector('slot')).to.not.equal(null);
    expect(stream.uplink.status).to.equal('live');
  });

  it('counts time by itself', async () => {
    const { channel } = publish({ at: Date.now() - 10_000 });
    const signal = await one(`<mpl-signal channel="${channel}" name="at" format="relative"></mpl-signal>`);
    await waitUntil(() => /^\d\d seconds ago$/.test(signal.text));
    const first = signal.text;
    await waitUntil(() => signal.text !== first, 'it goes on');
    expect(signal.text).to.match(/^\d\d seconds ago$/);
  });

  it('tells of the connection, by the names that receive() has for it', async () => {
    const { channel } = publish({ a: 1 });
    const { signals } = await page(
      ['_connected', '_status', '_frames', 'a']
        .map((name) => `<mpl-signal channel="${channel}" name="${name}"></mpl-signal>`)
        .join(''),
    );
    await shows(signals[3]!, '1');
    await shows(signals[0]!, 'true');
    await shows(signals[1]!, 'live');
    await waitUntil(() => Number(signals[2]!.text) >= 1, 'frames are counted');
  });

  it('is one more event only where the value is another one, and at most once a frame', async () => {
    const { channel, ...stream } = publish({ count: 0, load: { a: 1, b: 1 } });
    const { root, signals } = await page(`
      <mpl-signal channel="${channel}" name="count"></mpl-signal>
      <mpl-signal channel="${channel}" name="load" path="a"></mpl-signal>`);
    const seen: MplSignalEvent[] = [];
    root.addEventListener('mpl-signal', (event) => seen.push(event));
    await shows(signals[0]!, '0');
    await shows(signals[1]!, '1');
    expect(seen.map(({ name, value, previous }) => [name, value, previous])).to.have.deep.members([
      ['count', 0, undefined],
      ['load', 1, undefined],
    ]);
    seen.length = 0;
    streams[0]!.set({ load: { a: 1, b: 2 } });
    for (let i = 1; i <= 500; i++) streams[0]!.set({ count: i });
    await shows(signals[0]!, '500');
    await nextFrame();
    expect(seen.length).to.be.lessThan(100);
    expect(seen.every(({ name }) => name === 'count')).to.equal(true);
    expect(seen.at(-1)!.value).to.equal(500);
    expect(seen.at(-1)!.composed && seen.at(-1)!.bubbles).to.equal(true);
    expect(stream.uplink.status).to.equal('live');
  });
});

describe('bound, <mpl-signal>', () => {
  it('puts values into the element between its tags', async () => {
    const { channel } = publish({ load: 0.25, hot: true });
    const { root, signals } = await page(`<div mpl-channel="${channel}">
      <mpl-signal name="load" bind="value @aria-label:percent --load"><meter value="1"></meter></mpl-signal>
      <mpl-signal name="hot" bind=".hot @data-hot"><mpl-signal name="load" bind="@r --r"><svg><circle></circle></svg></mpl-signal></mpl-signal>
      <mpl-signal name="load" bind="textContent" format="percent"><output>unknown</output></mpl-signal></div>`);
    const meter = root.querySelector('meter')!;
    const svg = root.querySelector('svg')!;
    const output = root.querySelector('output')!;
    expect([meter.value, output.textContent]).to.deep.equal([1, 'unknown']);
    await waitUntil(() => meter.value === 0.25 && svg.classList.contains('hot') && output.textContent === '25%');
    expect(meter.getAttribute('aria-label')).to.equal('25%');
    expect(meter.style.getPropertyValue('--load')).to.equal('0.25');
    expect(svg.outerHTML).to.contain('r="0.25"').and.to.contain('data-hot=""');
    expect(signals.map((signal) => getComputedStyle(signal).display)).to.deep.equal(Array(4).fill('contents'));
    expect(signals[0]!.text).to.equal('');
    streams[0]!.set({ load: 0.5, hot: false });
    await waitUntil(() => meter.value === 0.5 && !svg.classList.contains('hot'));
    expect(svg.hasAttribute('data-hot')).to.equal(false);
  });

  it('leaves alone what the reader does until the value is another one', async () => {
    const { channel } = publish({ text: 'a', other: 1 });
    const { root } =
      await page(`<mpl-signal channel="${channel}" name="text" bind="value"><input aria-label="text"></mpl-signal>
      <mpl-signal channel="${channel}" name="other"></mpl-signal>`);
    const input = root.querySelector('input')!;
    await waitUntil(() => input.value === 'a');
    input.value = 'typed';
    root.lang = 'fr';
    streams[0]!.set({ other: 2 });
    await shows(root.querySelectorAll('mpl-signal')[1]!, '2');
    await nextFrame();
    expect(input.value).to.equal('typed');
    streams[0]!.set({ text: 'b' });
    await waitUntil(() => input.value === 'b');
  });

  it('finds a child that comes later, is replaced, or is defined later', async () => {
    const { channel } = publish({ rows: [1, 2] });
    const signal = await one(`<mpl-signal channel="${channel}" name="rows" bind="rows"></mpl-signal>`);
    await warnings((said) =>
      waitUntil(() => said.join().includes('put an element between its tags'), 'it says that there is none'),
    );
    const late = document.createElement('late-rows') as HTMLElement & { rows?: unknown };
    signal.append(late);
    await waitUntil(() => late.getAttribute('rows') === '[1,2]');
    customElements.define(
      'late-rows',
      class extends HTMLElement {
        static taken: unknown;
        set rows(rows: unknown) {
          (this.constructor as { taken?: unknown }).taken = rows;
        }
      },
    );
    await waitUntil(() => JSON.stringify((late.constructor as { taken?: unknown }).taken) === '[1,2]');
    const next = document.createElement('p');
    late.replaceWith(next);
    await waitUntil(() => next.getAttribute('rows') === '[1,2]');
  });

  it('puts no script of a stranger anywhere, and says so once', async () => {
    const { channel } = publish({
      text: 'javascript:globalThis.harm=1',
      markup: '<img src=x onerror="globalThis.harm=1">',
    });
    let root!: HTMLElement;
    const said = await warnings(async () => {
      ({ root } = await page(`<div mpl-channel="${channel}">
        <mpl-signal name="markup" bind="innerHTML @onclick textContent"><p id="p"></p></mpl-signal>
        <mpl-signal name="text" bind="href @href"><a id="a">a</a></mpl-signal>
        <mpl-signal name="markup"></mpl-signal><mpl-signal name="text"></mpl-signal></div>`));
      const [, , markup, text] = root.querySelectorAll('mpl-signal');
      await shows(markup!, '<img src=x onerror="globalThis.harm=1">');
      await shows(text!, 'javascript:globalThis.harm=1');
      streams[0]!.set({ text: ' javascript:globalThis.harm=2' });
      await shows(text!, ' javascript:globalThis.harm=2');
      await aTimeout(100);
    });
    expect(root.querySelector('#p')!.innerHTML).to.equal('&lt;img src=x onerror="globalThis.harm=1"&gt;');
    expect(root.querySelector('#p')!.hasAttribute('onclick')).to.equal(false);
    expect(root.querySelector('#a')!.hasAttribute('href')).to.equal(false);
    expect((globalThis as { harm?: number }).harm).to.equal(undefined);
    expect(said.length).to.equal(4);
    expect(said.join()).to.contain('"innerHTML" is not for values of others').and.to.contain('"href" takes no');
  });
});

describe('the state of an <mpl-signal>', () => {
  it('is stale while the stream is away, and heals', async () => {
    const { channel } = publish({ count: 1 });
    const signal = await one(`<mpl-signal channel="${channel}" name="count"></mpl-signal>`);
    const seen: string[] = [];
    signal.addEventListener('mpl-status', ({ status }) => seen.push(status));
    await shows(signal, '1');
    expect(signal.matches(':state(stale)')).to.equal(false);
    streams.splice(0)[0]!.close();
    await waitUntil(() => signal.matches(':state(stale)'), 'it is stale');
    expect(signal.text).to.equal('1');
    expect(signal.matches(':state(waiting)')).to.equal(true);
    expect(Number(getComputedStyle(signal).opacity)).to.be.lessThan(1);
    expect(signal.reason).to.not.equal('');
    publish({ count: 2 }, channel);
    await waitUntil(() => signal.text === '2' && signal.matches(':state(live)'), 'another source is live');
    expect(signal.matches(':state(stale)')).to.equal(false);
    expect(seen.slice(-3)).to.deep.equal(['live', 'waiting', 'live']);
  });

  it('is stale when there was no news for as long as its author says', async () => {
    const { channel } = publish({ count: 1 });
    const signal = await one(`<mpl-signal channel="${channel}" name="count" stale-after="0.5"></mpl-signal>`);
    await shows(signal, '1');
    await waitUntil(() => signal.matches(':state(stale)'), 'it is stale');
    expect(signal.status).to.equal('live');
    // News that was long on its way is as old as that when it comes: until some is fresh.
    let count = 1;
    await waitUntil(() => {
      streams[0]!.set({ count: ++count });
      return !signal.matches(':state(stale)');
    }, 'it is fresh again');
    expect(Number(signal.text)).to.be.within(2, count);
  });

  it('is "missing" where the source has no such signal: it says so, and waits', async () => {
    const { channel } = publish({ count: 1, doubled: 2 });
    let signal!: MplSignal;
    let same!: MplSignal;
    const said = await warnings(async () => {
      const { signals } = await page(`
        <mpl-signal channel="${channel}" name="cuont"></mpl-signal>
        <mpl-signal channel="${channel}" name="cuont"></mpl-signal>
        <mpl-signal channel="${channel}" name="count"></mpl-signal>`);
      [signal, same] = signals as [MplSignal, MplSignal];
      await waitUntil(() => signal.matches(':state(missing)'), 'it is missing');
      await shows(signals[2]!, '1');
      expect(signals[2]!.matches(':state(missing)')).to.equal(false);
      await aTimeout(3500);
    });
    expect(said).to.deep.equal([
      `<mpl-signal>: channel "${channel}" has no signal "cuont"; it has: count, doubled. It waits for it.`,
    ]);
    streams[0]!.set({ cuont: 5 });
    await shows(signal, '5');
    await shows(same, '5');
    expect(signal.matches(':state(missing)')).to.equal(false);
  });

  it('is "waiting" for a source that is not there, and "failed" where it cannot begin', async () => {
    const { signals } = await page(`<mpl-signal channel="${freshChannel()}" name="a"></mpl-signal>`);
    await waitUntil(() => signals[0]!.status === 'waiting');
    expect(signals[0]!.matches(':state(waiting)')).to.equal(true);
    let root!: HTMLElement;
    const errors: string[] = [];
    const said = await warnings(async () => {
      root = await fixture<HTMLElement>(html`<div></div>`);
      root.addEventListener('mpl-error', ({ message, retryable }) => !retryable && errors.push(message));
      root.innerHTML =
        '<mpl-signal name="a"></mpl-signal><mpl-signal channel="x"></mpl-signal><mpl-signal channel="x" name="a" server="none"></mpl-signal>';
      await waitUntil(() => [...root.querySelectorAll('mpl-signal')].every(({ status }) => status === 'failed'));
    });
    expect(errors.map((text) => /channel|signal to show|relay/.exec(text)![0])).to.deep.equal([
      'channel',
      'signal to show',
      'relay',
    ]);
    expect(said.length).to.equal(3);
    root.setAttribute('mpl-server', relayUrl());
    root.setAttribute('mpl-channel', publish({ a: 7 }).channel);
    await shows(root.querySelector('mpl-signal')!, '7');
  });

  it('says once, and keeps, why a channel or a name cannot be; it is that of nobody else around it', async () => {
    const other = publish({ a: 1 });
    let signals!: MplSignal[];
    const said = await warnings(async () => {
      ({ signals } = await page(`<div mpl-channel="${other.channel}" mpl-token="its own">
        <mpl-signal channel="no name" name="a"></mpl-signal><mpl-signal name="_nothing"></mpl-signal></div>
        <div mpl-channel="nor/this"><mpl-signal name="a"></mpl-signal></div>`));
      await waitUntil(() => signals.every(({ status }) => status === 'failed'));
      for (const signal of signals) signal.retry();
      for (const signal of signals) signal.requestUpdate('channel', 'x');
      await aTimeout(50);
    });
    const reasons = [
      'channel="no name" may not be: expected 1 to 64 letters, digits',
      'name="_nothing" may not be: expected 1 to 128 characters, the first of them no "_"',
      'channel="nor/this" may not be: expected 1 to 64 letters, digits',
    ];
    expect(said.length).to.equal(3);
    for (const [i, reason] of reasons.entries()) {
      expect(signals[i]!.reason).to.contain(reason);
      expect(said[i]).to.equal(`<mpl-signal>: ${signals[i]!.reason}.`);
      expect(signals[i]!.value).to.equal(undefined);
    }
    signals[0]!.channel = other.channel;
    await shows(signals[0]!, '1');
    expect(signals[0]!.reason).to.equal('');
  });

  it('takes values it does not know for none, and says so once each', async () => {
    const { channel } = publish({ a: 1 });
    let signal!: MplSignal;
    const said = await warnings(async () => {
      signal = await one(
        `<mpl-signal id="odd" channel="${channel}" name="a" format="furlongs" digits="99" locale="not a language" stale-after="never" max-fps="0"></mpl-signal>`,
      );
      await shows(signal, '1');
      signal.requestUpdate('format', 'x');
      await signal.updateComplete;
    });
    expect(said.map((text) => / (\S+)=/.exec(text.replace('<mpl-signal id="odd">:', ''))![1])).to.have.members([
      ...['format', 'digits', 'locale', 'stale-after', 'max-fps'],
    ]);
    expect(said.every((text) => text.startsWith('<mpl-signal id="odd">: '))).to.equal(true);
  });
});

describe('many <mpl-signal>s', () => {
  it('share one connection a channel, on which only their names are asked for', async () => {
    const [a, b] = [publish({ x: 1, y: 2, z: 3 }), publish({ x: 10 })];
    await waitUntil(() => network.open === 2);
    const { root, signals } = await page(`
      <div mpl-channel="${a.channel}"><mpl-signal name="x"></mpl-signal><mpl-signal name="y"></mpl-signal><mpl-signal name="x"></mpl-signal></div>
      <mpl-signal channel="${b.channel}" name="x"></mpl-signal>`);
    await Promise.all([
      shows(signals[0]!, '1'),
      shows(signals[1]!, '2'),
      shows(signals[2]!, '1'),
      shows(signals[3]!, '10'),
    ]);
    expect(network.open).to.equal(4);
    // One that has long had its value is asked for later.
    const late = document.createElement('mpl-signal');
    Object.assign(late, { channel: a.channel, name: 'z' });
    root.append(late);
    await shows(late, '3');
    expect(network.open).to.equal(4);
    late.name = 'x';
    await shows(late, '1');
    root.remove();
    await waitUntil(() => network.open === 2 && openFeeds() === 0, 'connections are closed');
  });

  it('are two hundred as well as one, and leave nothing behind', async () => {
    const values = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`s${i}`, i]));
    const stream = publish(values);
    await waitUntil(() => network.open === 1);
    const { root, signals } = await page(
      Object.keys(values)
        .map((name) => `<mpl-signal channel="${stream.channel}" name="${name}"></mpl-signal>`)
        .join(' '),
    );
    await waitUntil(() => signals.every(({ text }, i) => text === String(i)), 'all have values');
    expect(network.open).to.equal(2);
    stream.set(Object.fromEntries(Object.keys(values).map((name) => [name, 1])));
    await waitUntil(() => signals.every(({ text }) => text === '1'));
    for (let i = 0; i < 20; i++) {
      root.replaceChildren();
      if (i % 2) await aTimeout(10);
      root.append(...signals);
      if (i % 3) await nextFrame();
    }
    // Moved about, it was one connection all the time.
    expect(network.open).to.equal(2);
    await waitUntil(() => signals.every(({ status, text }) => status === 'live' && text === '1'));
    root.replaceChildren();
    await waitUntil(() => network.open === 1 && openFeeds() === 0);
    expect(signals.every(({ status }) => status === 'idle')).to.equal(true);
  });

  it('take another channel where they are moved to, and lose nothing where it is the same', async () => {
    const [a, b] = [publish({ x: 1 }), publish({ x: 2 })];
    const { root, signals } = await page(`
      <p mpl-channel="${a.channel}"><mpl-signal name="x"></mpl-signal></p><p mpl-channel="${a.channel}"></p><p mpl-channel="${b.channel}"></p>`);
    const signal = signals[0]!;
    const [, same, other] = root.querySelectorAll('p') as unknown as (HTMLElement & {
      moveBefore(node: Node, before: null): void;
    })[];
    await shows(signal, '1');
    const seen: string[] = [];
    for (const type of ['mpl-signal', 'mpl-status'] as const) signal.addEventListener(type, () => seen.push(type));
    same!.moveBefore(signal, null);
    await signal.updateComplete;
    await nextFrame();
    same!.parentElement!.prepend(same!);
    await nextFrame();
    expect(signal.text).to.equal('1');
    expect(seen.filter((type) => type === 'mpl-signal')).to.deep.equal([]);
    other!.moveBefore(signal, null);
    await shows(signal, '2');
  });

  it('come back by themselves when the network does', async () => {
    const stream = publish({ count: 1 });
    const signal = await one(`<mpl-signal channel="${stream.channel}" name="count"></mpl-signal>`);
    await shows(signal, '1');
    network.cut();
    await waitUntil(() => signal.matches(':state(reconnecting)'));
    expect(signal.matches(':state(stale)')).to.equal(true);
    expect(signal.text).to.equal('1');
    network.restore();
    window.dispatchEvent(new Event('online'));
    await live(signal);
    await waitUntil(() => stream.uplink.status === 'live', 'the source is back');
    stream.set({ count: 2 });
    await shows(signal, '2');
  });

  it('rest while the page is hidden, unless they are bound, and then catch up', async () => {
    const [a, b] = [publish({ count: 1 }), publish({ count: 1 })];
    const { root, signals } = await page(`
      <mpl-signal channel="${a.channel}" name="count"></mpl-signal>
      <mpl-signal channel="${b.channel}" name="count" bind="@title"><b>b</b></mpl-signal>`);
    const bound = root.querySelector('b')!;
    let count = 1;
    await shows(signals[0]!, '1');
    await waitUntil(() => bound.title === '1');
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    try {
      document.dispatchEvent(new Event('visibilitychange'));
      /** Sets both; the other has it, and a while has gone. */
      const next = async () => {
        count++;
        a.set({ count });
        b.set({ count });
        await waitUntil(() => bound.title === String(count));
        await aTimeout(200);
      };
      // It takes the relay a moment to hear of it.
      await waitUntil(async () => {
        await next();
        return signals[0]!.value !== count;
      }, 'it rests');
      const { value } = signals[0]!;
      await next();
      expect(signals[0]!.value).to.equal(value);
    } finally {
      Reflect.deleteProperty(document, 'hidden');
    }
    document.dispatchEvent(new Event('visibilitychange'));
    await shows(signals[0]!, String(count));
  });

  it('show fewer values where that is asked for, or the reader prefers reduced motion', async () => {
    const { channel } = publish({ count: 0 });
    const { signals } = await page(`
      <mpl-signal channel="${channel}" name="count" max-fps="5"></mpl-signal>
      <mpl-signal channel="${channel}" name="count"></mpl-signal>`);
    const counts = [0, 0];
    for (const [i, signal] of signals.entries()) signal.addEventListener('mpl-signal', () => void counts[i]!++);
    await Promise.all(signals.map((signal) => shows(signal, '0')));
    /** How many may be shown at five a second, at most, in the time that it took; some were, at least. */
    const run = async (): Promise<number> => {
      counts.fill(0);
      const from = Number(signals[1]!.value);
      const began = performance.now();
      let last = from;
      while (last < from + 50 || Math.min(...counts) < 2) {
        streams[0]!.set({ count: ++last });
        await aTimeout(20);
      }
      await Promise.all(signals.map((signal) => shows(signal, String(last))));
      return 3 + (6 * (performance.now() - began)) / 1000;
    };
    await waitUntil(async () => {
      const few = await run();
      expect(counts[0]).to.be.at.most(few);
      return counts[1]! > few;
    }, 'the other shows more');
    await emulateMedia({ reducedMotion: 'reduce' });
    try {
      // It takes the relay a moment to hear of it.
      await waitUntil(async () => counts[1]! <= (await run()), 'the other shows fewer, too');
    } finally {
      await emulateMedia({ reducedMotion: 'no-preference' });
    }
  });

  it('take their channel from what is around them, through shadow roots, and their token with it alone', async () => {
    const { channel } = publish({ a: 1 });
    const { root } = await page(`<section mpl-channel="${channel}"><div id="host"></div></section>`);
    const shadow = root.querySelector('#host')!.attachShadow({ mode: 'open' });
    const signal = document.createElement('mpl-signal');
    signal.name = 'a';
    shadow.append(signal);
    await shows(signal, '1');
    const other = publish({ a: 2 });
    root.querySelector('section')!.setAttribute('mpl-channel', other.channel);
    await shows(signal, '2');
  });
});

describe('an <mpl-signal> for everybody', () => {
  it('is plain text, and writes nothing on its own tag', async () => {
    const { channel } = publish({ count: 12 });
    const { root, signals } = await page(`<p>Count: <mpl-signal channel="${channel}" name="count"></mpl-signal>!</p>`);
    await shows(signals[0]!, '12');
    expect(signals[0]!.shadowRoot!.textContent).to.equal('12');
    expect([...signals[0]!.attributes].map(({ name }) => name)).to.deep.equal(['channel', 'name']);
    await expect(root).to.be.accessible();
    signals[0]!.hidden = true;
    expect(signals[0]!.getBoundingClientRect().width).to.equal(0);
  });
});
