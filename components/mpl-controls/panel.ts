/** The fields of the controls: what the world is, and what else it could be. */

import { html, nothing, type TemplateResult } from 'lit';
import type { ControlStateMessage } from '../../transport/wire/messages.js';
import type { RequestCommand } from '../events/request-event.js';
import { OPEN } from './icons.js';
import { ACCEPT } from './pattern-file.js';

export interface Choices {
  /** Texts by name; null: the world takes none, from no file either. */
  patterns: Readonly<Record<string, string>> | null;
  /** Rules and what they are called, where the rule is not its name. */
  rules: readonly (readonly [rule: string, name: string])[];
}

export interface PanelModel {
  source: ControlStateMessage | null;
  /** Nothing may be changed. */
  off: boolean;
  choices: Choices | null;
  ask: (request: RequestCommand) => Promise<void>;
  load: (file: File) => void;
  /** Tells what is wrong. */
  say: (text: string) => void;
}

const input = (event: Event): HTMLInputElement => event.target as HTMLInputElement;

/** "640x480", also with blanks or a times sign. */
export function parseSize(text: string): { width: number; height: number } | null {
  const [, width, height] = /^\s*(\d{1,5})\s*[x×*, ]\s*(\d{1,5})\s*$/i.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  return size.width >= 1 && size.width <= 65_536 && size.height >= 1 && size.height <= 65_536 ? size : null;
}

const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000;

export function panel({ source, off, choices, ask, load, say }: PanelModel): TemplateResult {
  const sizeText = source ? `${source.width}x${source.height}` : '';
  /** Asks, and shows again what is, should that not be what was typed. */
  const change = async (field: HTMLInputElement, request: RequestCommand, now: () => string): Promise<void> => {
    const typed = field.value;
    await ask(request);
    if (field.value === typed) field.value = now();
  };
  const changeSize = (event: Event): void => {
    const field = input(event);
    const size = parseSize(field.value);
    if (size) return void change(field, { command: 'grid', ...size }, () => sizeText);
    say(`"${field.value}" is no size: width and height, 1 to 65536 cells each, as in 512x512`);
    field.value = sizeText;
  };
  const choosePattern = (event: Event): void => {
    const name = input(event).value;
    const text = choices?.patterns?.[name];
    if (text) void ask({ command: 'pattern', text, name });
  };
  const pick = (event: Event): void => {
    const field = input(event);
    const file = field.files?.[0];
    field.value = ''; // The same file may be picked again.
    if (file) load(file);
  };
  const makeSoup = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const seed = String(data.get('seed') ?? '');
    void ask({
      command: 'soup',
      density: Number(data.get('density')) / 100,
      seed: seed === '' ? randomSeed() : Number(seed),
    });
  };
  const names = Object.keys(choices?.patterns ?? {});
  const current = source?.pattern ?? '';
  return html`
    <label>Rule
      <input class="rule" list="rules" spellcheck="false" autocomplete="off" ?disabled=${off} .value=${source?.rule ?? ''}
        @change=${(event: Event) => void change(input(event), { command: 'rule', rule: input(event).value }, () => source?.rule ?? '')} />
      <datalist id="rules">${choices?.rules.map(([rule, name]) => html`<option value=${rule}>${name}</option>`)}</datalist>
    </label>
    ${
      choices?.patterns === null
        ? nothing
        : html`<label>Pattern
      <select ?disabled=${off} @change=${choosePattern}>
        ${names.includes(current) ? '' : html`<option value=${current} selected>${current || 'Soup'}</option>`}
        ${names.map((name) => html`<option value=${name} ?selected=${name === current}>${name}</option>`)}
      </select>
    </label>
    <label class="file" title="Open a pattern file: .rle, .cells, .mc, .lif">
      <input class="unseen" type="file" accept=${ACCEPT} aria-label="Open a pattern file" ?disabled=${off} @change=${pick} />
      <span class="button">${OPEN}</span>
    </label>`
    }
    <label>Size
      <input class="size" inputmode="numeric" spellcheck="false" autocomplete="off" ?disabled=${off} .value=${sizeText} @change=${changeSize} />
    </label>
    <label>Edges
      <select ?disabled=${off} @change=${(event: Event) => void ask({ command: 'wrap', wrap: input(event).value as 'torus' })}>
        <option value="torus" ?selected=${source?.wrap !== 'bounded'}>joined</option>
        <option value="bounded" ?selected=${source?.wrap === 'bounded'}>dead</option>
      </select>
    </label>
    <form @submit=${makeSoup}>
      <label>Density
        <input class="short" name="density" type="number" min="0" max="100" step="any" value="30" required ?disabled=${off} />
      </label>
      <label>Seed
        <input class="seed" name="seed" type="number" min="0" step="1" placeholder="any" ?disabled=${off} />
      </label>
      <button class="text" ?disabled=${off}>Soup</button>
    </form>
    <button type="button" class="text" ?disabled=${off || source === null} @click=${() => void ask({ command: 'clear' })}>Clear</button>
  `;
}
