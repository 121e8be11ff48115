import { aTimeout, expect, fixture, html } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import '../define/mpl-controls.js';
import '../define/mpl-viewer.js';
import type { MplControls } from '../mpl-controls/mpl-controls.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { warnings } from '../testing/warnings.js';

const viewer = (id = ''): MplViewer => {
  const element = document.createElement('mpl-viewer');
  if (id) element.id = id;
  element.server = 'none';
  return element;
};
const controls = (id?: string): MplControls => {
  const element = document.createElement('mpl-controls');
  if (id !== undefined) element.for = id;
  return element;
};
const place = (): Promise<HTMLElement> => fixture<HTMLElement>(html`<div></div>`);
const settle = (): Promise<void> => aTimeout(0);

describe('association', () => {
  it('finds a screen that comes after the controls', async () => {
    const root = await place();
    const c = controls('late');
    root.append(c);
    await settle();
    expect(c.screen).to.equal(null);
    const v = viewer('late');
    root.append(v);
    await settle();
    expect(c.screen).to.equal(v);
  });

  it('finds a screen before it, and lets go of it when it is removed', async () => {
    const root = await place();
    const [v, c] = [viewer('first'), controls('first')];
    root.append(v, c);
    await settle();
    expect(c.screen).to.equal(v);
    v.remove();
    await settle();
    expect(c.screen).to.equal(null);
    c.remove();
    await settle();
  });

  it('follows a replacement with the same id, and a change of id', async () => {
    const root = await place();
    const [a, b, c] = [viewer('same'), viewer('same'), controls('same')];
    root.append(a, c);
    await settle();
    a.replaceWith(b);
    await settle();
    expect(c.screen).to.equal(b);
    b.id = 'other';
    await settle();
    expect(c.screen).to.equal(null);
    c.for = 'other';
    await waitUntil(() => c.screen === b);
  });

  it('keeps a screen that moves, by append and by moveBefore', async () => {
    const root = await place();
    const [v, c, to] = [viewer('moves'), controls('moves'), document.createElement('div')];
    root.append(v, c, to);
    await settle();
    to.append(v);
    await settle();
    expect(c.screen).to.equal(v);
    (root as unknown as { moveBefore?(node: Node, before: Node | null): void }).moveBefore?.(v, null);
    await settle();
    expect(c.screen).to.equal(v);
  });

  it('looks outwards through two shadow roots, and in its own root first', async () => {
    const root = await place();
    const outer = document.createElement('div');
    const inner = document.createElement('div');
    root.append(outer);
    outer.attachShadow({ mode: 'open' }).append(inner);
    const deep = inner.attachShadow({ mode: 'closed' });
    const [far, near, c] = [viewer('x'), viewer('x'), controls('x')];
    root.append(far);
    deep.append(c);
    await settle();
    expect(c.screen).to.equal(far);
    deep.append(near);
    await settle();
    expect(c.screen).to.equal(near);
  });

  it('takes the screen around it, then the only one on the page', async () => {
    const root = await place();
    const [around, c] = [viewer(), controls()];
    root.append(around);
    root.append(c);
    await settle();
    expect(c.screen).to.equal(around);
    const second = viewer();
    root.append(second);
    await settle();
    expect(c.screen).to.equal(null);
    second.append(c);
    await settle();
    expect(c.screen).to.equal(second);
  });

  it('prefers a screen given by script', async () => {
    const root = await place();
    const [a, b, c] = [viewer('a'), viewer('b'), controls('a')];
    root.append(a, b, c);
    c.screen = b;
    await settle();
    expect(c.screen).to.equal(b);
    c.screen = null;
    expect(c.screen).to.equal(a);
  });

  it('warns once, after a while, naming the id that is missing; an orphan does not throw', async () => {
    const root = await place();
    const c = controls('nowhere');
    const said = await warnings(async () => {
      root.append(c);
      await aTimeout(2200);
    });
    expect(said).to.have.length(1);
    expect(said[0]).to.contain('nowhere');
    await c.updateComplete;
    expect(c.shadowRoot!.querySelector('#note')!.textContent).to.contain('No screen');
    expect(c.shadowRoot!.querySelectorAll('button:not(:disabled)').length).to.equal(1); // the one that opens the panel
    await expect(c).to.be.accessible();
  });
});
