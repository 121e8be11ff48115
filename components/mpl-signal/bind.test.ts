import { expect } from '@open-wc/testing';
import type { SignalValue } from '../../transport/wire/signal-value.js';
import { parseBind, write } from './bind.js';

const create = (markup: string): Element => {
  const page = new DOMParser().parseFromString(markup, 'text/html');
  return document.adoptNode(page.body.firstElementChild!);
};
/** Writes it, and says why not. */
const put = (element: Element, bind: string, value: SignalValue): string => {
  const { targets, problems } = parseBind(bind);
  return [...problems, ...targets.map((target) => write(element, target, value))].filter(Boolean).join('; ');
};

describe('what is bound', () => {
  it('goes into properties of elements of many kinds', () => {
    const meter = create('<meter min="0" max="10"></meter>') as HTMLMeterElement;
    expect(put(meter, 'value', 7.5)).to.equal('');
    expect(meter.value).to.equal(7.5);
    const progress = create('<progress max="1"></progress>') as HTMLProgressElement;
    put(progress, 'value', 0.25);
    expect(progress.position).to.equal(0.25);
    const input = create('<input type="range" max="50">') as HTMLInputElement;
    put(input, 'value', 30);
    expect(input.value).to.equal('30');
    const box = create('<input type="checkbox">') as HTMLInputElement;
    put(box, 'checked', true);
    expect(box.checked).to.equal(true);
    const time = create('<time></time>') as HTMLTimeElement;
    put(time, 'dateTime textContent', '2024-02-29');
    expect(time.outerHTML).to.equal('<time datetime="2024-02-29">2024-02-29</time>');
  });

  it('goes into attributes, and of SVG too', () => {
    const svg = create('<svg><circle r="1"></circle></svg>');
    expect(put(svg, 'viewBox --r', '0 0 10 10')).to.equal('');
    expect(svg.getAttribute('viewBox')).to.equal('0 0 10 10');
    expect((svg as SVGElement).style.getPropertyValue('--r')).to.equal('0 0 10 10');
    put(svg.firstElementChild!, 'r', 4);
    expect(svg.firstElementChild!.getAttribute('r')).to.equal('4');
    const button = create('<button title="old">b</button>');
    put(button, '@title @disabled aria-label', true);
    expect(button.outerHTML).to.equal('<button title="" disabled="" aria-label="">b</button>');
    put(button, '@title @disabled aria-label', null);
    expect(button.outerHTML).to.equal('<button>b</button>');
    put(button, '@data-all', { a: [1] });
    expect((button as HTMLElement).dataset.all).to.equal('{"a":[1]}');
  });

  it('goes into custom properties and classes', () => {
    const div = create('<div class="box"></div>') as HTMLElement;
    put(div, '--hue .hot', 210);
    expect(div.style.getPropertyValue('--hue')).to.equal('210');
    expect(div.className).to.equal('box hot');
    put(div, '--hue .hot', null);
    expect(div.style.getPropertyValue('--hue')).to.equal('');
    expect(div.className).to.equal('box');
  });

  it('is a copy, where it is a list or an object', () => {
    const div = create('<div></div>') as Element & { rows?: unknown };
    div.rows = null;
    const rows = [{ a: 1 }];
    put(div, 'rows', rows);
    expect(div.rows).to.deep.equal(rows);
    expect(div.rows).not.to.equal(rows);
  });

  it('is read with formats of its own', () => {
    const { targets, problems } = parseBind('value:raw @aria-label:percent  --x:currency:EUR\n.on');
    expect(problems).to.deep.equal([]);
    expect(targets.map(({ kind, name, format }) => [kind, name, format])).to.deep.equal([
      ['property', 'value', 'raw'],
      ['attribute', 'aria-label', 'percent'],
      ['style', '--x', 'currency:EUR'],
      ['class', 'on', undefined],
    ]);
    for (const odd of ['@', '--', '.', 'a b! c', 'value:', 'value:furlongs', '@a=b', 'x"y', '[a]']) {
      expect(parseBind(odd).problems.length, odd).to.equal(1);
    }
  });

  it('leaves an element as it is that does not take the value', () => {
    const meter = create('<meter value="0.5"></meter>') as HTMLMeterElement;
    expect(put(meter, 'value', 'much')).to.contain('<meter> does not take "much"');
    expect(put(meter, 'value', JSON.parse('{"toString": 1, "valueOf": 1}'))).to.contain('does not take');
    expect(meter.value).to.equal(0.5);
  });
});

describe('values of strangers', () => {
  const attack = '<img src=x onerror="globalThis.harm=1">';

  it('never become markup, script or style, however the name is written', () => {
    const names = [
      ...['innerHTML', '@innerHTML', 'INNERHTML', 'outerHTML', 'srcdoc', '@srcdoc', '@SRCDOC', 'style', '@style'],
      ...[
        'onclick',
        '@onclick',
        '@ONCLICK',
        'onClick',
        '@onload',
        'on',
        '@nonce',
        'nonce',
        '@is',
        '@sandbox',
        '@http-equiv',
      ],
      ...['__proto__', 'constructor', 'prototype', '__defineGetter__'],
    ];
    for (const name of names) {
      const { targets, problems } = parseBind(name);
      expect([targets.length, problems.length], name).to.deep.equal([0, 1]);
      expect(problems[0]).to.contain('refused');
    }
  });

  it('replace no method of the element', () => {
    const div = create('<div></div>');
    put(div, 'remove addEventListener click', attack);
    expect(div.remove).to.equal(Element.prototype.remove);
    expect(div.addEventListener).to.equal(EventTarget.prototype.addEventListener);
  });

  it('go into no element whose text or attributes are script, or load it', () => {
    const markups = [
      '<script></script>',
      '<style></style>',
      '<object></object>',
      '<embed>',
      '<template></template>',
      '<svg><set></set></svg>',
      '<svg><animate></animate></svg>',
      '<svg><script></script></svg>',
    ];
    for (const markup of markups) {
      const outer = create(`<div>${markup}</div>`).firstElementChild!;
      const element = outer.firstElementChild ?? outer;
      const before = element.outerHTML;
      const said = put(element, 'textContent @src @to @href data text', 'https://example.org/');
      expect(said, markup).to.contain('nothing can be bound');
      expect(element.outerHTML).to.equal(before);
    }
    for (const tag of ['link', 'meta', 'base']) {
      expect(put(document.createElement(tag), '@href @content', 'x'), tag).to.contain('nothing can be bound');
    }
  });

  it('are addresses only of pages, and pictures', () => {
    const scripts = [
      'javascript:alert(1)',
      ' \u0001JavaScript:alert(1)',
      'java\nscr\tipt:alert(1)',
      'vbscript:x',
      'data:text/html,<script>1</script>',
      'file:///etc/passwd',
      ['javascript:alert(1)'],
    ];
    const a = create('<a href="/here">a</a>') as HTMLAnchorElement;
    for (const script of scripts) {
      expect(put(a, 'href', script), String(script)).to.contain('takes no');
      if (typeof script === 'string') expect(put(a, '@href @xhref @formaction', script)).to.contain('takes no');
      expect(a.getAttribute('href')).to.equal('/here');
    }
    for (const good of ['https://example.org/', '/there?x=1', '#here', 'mailto:a@example.org', 'there']) {
      expect(put(a, 'href', good), good).to.equal('');
      expect(a.getAttribute('href')).to.equal(good);
    }
    const use = create('<svg><use></use></svg>').firstElementChild!;
    expect(put(use, '@href', 'data:image/svg+xml,<svg/>')).to.contain('takes no');
    const frame = document.createElement('iframe');
    expect(put(frame, 'src', 'data:image/svg+xml,<svg onload="1"/>')).to.contain('takes no');
    // In a page of its own, which loads nothing.
    const image = document.implementation.createHTMLDocument().createElement('img');
    expect(put(image, 'src', 'data:image/png;base64,iVBORw0KGgo=')).to.equal('');
    expect(put(image, 'srcset', '/a.png 1x, javascript:1 2x')).to.contain('takes no');
    expect(put(image, 'srcset', '/a.png 1x, /b.png 2x')).to.equal('');
  });

  it('may be any text where they are text', () => {
    const input = document.createElement('input');
    expect(put(input, 'value @title @aria-label', 'javascript: the good parts')).to.equal('');
    expect(input.value).to.equal('javascript: the good parts');
    const div = document.createElement('div');
    put(div, 'textContent', attack);
    expect(div.childElementCount).to.equal(0);
    expect(div.textContent).to.equal(attack);
  });
});
