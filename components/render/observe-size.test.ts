import { expect, nextFrame } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import { observeSize } from './observe-size.js';
import { View } from './view.js';

describe('observeSize', () => {
  it('keeps the canvas as large as the element, until it is ended', async () => {
    const element = document.createElement('div');
    element.style.cssText = 'width: 301.5px; height: 120px';
    document.body.append(element);
    const view = new View(element, { renderer: 'canvas2d' });
    const end = observeSize(element, view);
    await waitUntil(() => view.canvas.height === 120 * devicePixelRatio);
    expect(view.canvas.width).to.be.closeTo(301.5 * devicePixelRatio, 1);
    element.style.width = '200px';
    await waitUntil(() => view.canvas.width === 200 * devicePixelRatio);
    end();
    element.style.width = '100px';
    await nextFrame();
    await nextFrame();
    expect(view.canvas.width).to.equal(200 * devicePixelRatio);
    view.dispose();
    element.remove();
  });
});
