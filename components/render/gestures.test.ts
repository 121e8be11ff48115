import { expect } from '@open-wc/testing';
import { attachGestures, type Gestures } from './gestures.js';
import { line } from './line.js';
import { Field } from './testing/field.js';
import { View } from './view.js';

describe('line', () => {
  it('joins two cells without a gap, both included', () => {
    expect(line(3, 4, 3, 4)).to.deep.equal([3, 4]);
    expect(line(0, 0, 3, 1)).to.deep.equal([0, 0, 1, 0, 2, 1, 3, 1]);
    for (const [x, y] of [
      [17, 5],
      [-3, 40],
      [-20, -20],
      [6, -31],
    ] as const) {
      const cells = line(1, 2, x, y);
      expect(cells.length / 2).to.equal(Math.max(Math.abs(x - 1), Math.abs(y - 2)) + 1);
      for (let i = 2; i < cells.length; i += 2) {
        const step = Math.max(Math.abs(cells[i]! - cells[i - 2]!), Math.abs(cells[i + 1]! - cells[i - 1]!));
        expect(step).to.equal(1);
      }
      expect(cells.slice(-2)).to.deep.equal([x, y]);
    }
  });
});

describe('gestures', () => {
  let element: HTMLElement;
  let view: View;
  let gestures: Gestures;
  let drawn: { cells: number[]; alive: boolean }[];
  let changes: number;

  beforeEach(() => {
    element = document.createElement('div');
    element.tabIndex = 0;
    element.style.cssText = 'position: fixed; left: 30px; top: 20px; border: 5px solid; width: 400px; height: 300px';
    document.body.append(element);
    view = new View(element, { renderer: 'canvas2d' });
    view.resize(400, 300);
    view.grid = new Field(1000, 1000);
    view.camera.scale = 4;
    view.camera.x = view.camera.y = 500;
    drawn = [];
    changes = 0;
    gestures = attachGestures(element, view, {
      draw: (cells, alive) => drawn.push({ cells, alive }),
      onchange: () => changes++,
    });
    element.setPointerCapture = () => {}; // Only real pointers can be captured.
  });
  afterEach(() => {
    gestures();
    view.dispose();
    element.remove();
  });

  /** Sends a pointer event at a point of the view. */
  const point = (type: string, x: number, y: number, more: PointerEventInit = {}): boolean =>
    element.dispatchEvent(
      new PointerEvent(type, {
        clientX: x + 35,
        clientY: y + 25,
        pointerId: 1,
        bubbles: true,
        cancelable: true,
        ...more,
      }),
    );
  const key = (k: string, more: KeyboardEventInit = {}, target: EventTarget = element): boolean =>
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key: k, bubbles: true, cancelable: true, composed: true, ...more }),
    );

  it('drag moves the picture with the pointer', () => {
    const under = view.camera.cellAt(100, 100);
    point('pointermove', 0, 0);
    point('pointerdown', 100, 100);
    point('pointermove', 120, 90);
    point('pointermove', 150, 60);
    expect(view.camera.cellAt(150, 60)).to.deep.equal(under);
    expect(changes).to.equal(2);
    point('pointerup', 150, 60);
    point('pointermove', 10, 10);
    expect(view.camera.cellAt(150, 60)).to.deep.equal(under);
    point('pointerdown', 100, 100, { button: 2 });
    point('pointermove', 0, 0);
    expect(changes).to.equal(2);
  });

  it('two fingers zoom about their middle, and move', () => {
    const under = view.camera.cellAt(200, 100);
    point('pointerdown', 150, 100);
    point('pointerdown', 250, 100, { pointerId: 2 });
    point('pointermove', 100, 100);
    point('pointermove', 300, 100, { pointerId: 2 });
    expect(view.camera.scale).to.be.closeTo(8, 1e-9);
    expect(view.camera.cellAt(200, 100)).to.deep.equal(under);
    point('pointerdown', 0, 0, { pointerId: 3 });
    point('pointermove', 90, 90, { pointerId: 3 });
    expect(view.camera.scale).to.be.closeTo(8, 1e-9);
    point('pointercancel', 300, 100, { pointerId: 2 });
    point('pointermove', 110, 100);
    expect(view.camera.scale).to.be.closeTo(8, 1e-9);
    expect(view.camera.cellAt(210, 100)).to.deep.equal(under);
  });

  it('wheel zooms about the pointer; sideways it is the page’s', () => {
    const send = (init: WheelEventInit): boolean =>
      element.dispatchEvent(new WheelEvent('wheel', { clientX: 335, clientY: 125, cancelable: true, ...init }));
    const at = (): number => view.camera.x + (300 - 200) / view.camera.scale;
    const before = at();
    expect(send({ deltaY: -100 })).to.equal(false);
    expect(view.camera.scale).to.be.greaterThan(4);
    expect(at()).to.be.closeTo(before, 1e-9);
    const { scale } = view.camera;
    send({ deltaY: 20, ctrlKey: true });
    expect(view.camera.scale).to.be.lessThan(scale);
    expect(send({ deltaY: 0, deltaX: 50 })).to.equal(true);
    element.dispatchEvent(new MouseEvent('dblclick', { clientX: 335, clientY: 125 }));
    expect(at()).to.be.closeTo(before, 1e-9);
  });

  it('takes its own keys, and leaves all others', () => {
    expect(key('ArrowRight')).to.equal(false);
    expect(view.camera.x).to.equal(500 + 50 / 4);
    key('ArrowUp', { shiftKey: true });
    expect(view.camera.y).to.equal(500 - 150 / 4);
    key('+');
    expect(view.camera.scale).to.equal(6);
    key('-');
    expect(view.camera.scale).to.be.closeTo(4, 1e-9);
    key('0');
    expect(view.camera.fitted).to.equal('contain');
    key('1');
    expect(view.camera.scale).to.equal(1);
    const seen = changes;
    for (const k of ['f', ' ', 'Tab', 'Enter', 'Escape', 'PageDown', 'a']) expect(key(k), k).to.equal(true);
    for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(key('+', more)).to.equal(true);
      expect(key('ArrowLeft', more)).to.equal(true);
    }
    const input = document.createElement('input');
    element.append(input);
    expect(key('ArrowLeft', {}, input)).to.equal(true);
    expect(changes).to.equal(seen);
  });

  it('leaves a button over the picture its clicks, and is moved by what is none', () => {
    const label = document.createElement('p');
    const button = document.createElement('button');
    label.append(button);
    element.append(label);
    const captured: number[] = [];
    element.setPointerCapture = (id) => void captured.push(id);
    const down = (target: Element): void =>
      void target.dispatchEvent(new PointerEvent('pointerdown', { pointerId: 77, bubbles: true, composed: true }));
    down(button);
    expect(captured).to.deep.equal([]);
    down(label);
    expect(captured).to.deep.equal([77]);
    expect(key('ArrowLeft', {}, button)).to.equal(true);
  });

  it('paints an unbroken stroke in drawing mode, and erases with the right button', () => {
    gestures.drawing = true;
    const x = view.camera.x;
    point('pointerdown', 200, 150);
    point('pointermove', 212, 150);
    point('pointermove', 212, 151);
    point('pointerup', 212, 151);
    expect(drawn).to.deep.equal([
      { cells: [500, 500], alive: true },
      { cells: [501, 500, 502, 500, 503, 500], alive: true },
    ]);
    drawn = [];
    point('pointerdown', 200, 150, { button: 2 });
    point('pointerup', 200, 150, { button: 2 });
    expect(drawn).to.deep.equal([{ cells: [500, 500], alive: false }]);
    expect(element.dispatchEvent(new MouseEvent('contextmenu', { cancelable: true }))).to.equal(false);
    expect(view.camera.x).to.equal(x);
    gestures.drawing = false;
    expect(element.dispatchEvent(new MouseEvent('contextmenu', { cancelable: true }))).to.equal(true);
  });

  it('paints only within the world, and stops when a second finger comes', () => {
    gestures.drawing = true;
    view.camera.x = view.camera.y = 0;
    point('pointerdown', 200 - 8, 150);
    expect(drawn).to.deep.equal([]);
    point('pointermove', 200 + 4, 150);
    expect(drawn).to.deep.equal([{ cells: [0, 0, 1, 0], alive: true }]);
    point('pointerdown', 300, 150, { pointerId: 2 });
    point('pointermove', 250, 160);
    expect(drawn.length).to.equal(1);
    expect(changes).to.be.greaterThan(0);
  });

  it('lets go when detached', () => {
    gestures();
    point('pointerdown', 100, 100);
    point('pointermove', 150, 100);
    expect(key('ArrowLeft')).to.equal(true);
    expect(changes).to.equal(0);
  });
});
