/** Pattern files, picked or dropped. */

/** Bytes of the largest file that is asked for as a text. */
const MOST = 32 * 2 ** 20;
/** A host takes larger ones as they are. */
const SMALL = 2 ** 20;

export const ACCEPT = '.rle,.cells,.mc,.lif,.life,.gz,.txt,text/plain';

export interface PatternText {
  text: string;
  name: string;
}

/** @throws Error with a sentence for people. */
export async function readPattern(file: File): Promise<PatternText> {
  if (file.size > MOST) throw new Error(`${file.name} is larger than ${MOST / 2 ** 20} MB: is it a pattern?`);
  return { text: await file.text(), name: file.name };
}

/** Is it better read where the world lives: large, or packed by gzip? */
export async function isHeavy(file: File): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return file.size > SMALL || (first === 0x1f && second === 0x8b);
}

/** Takes files that are dropped on an element; `over` tells while one hovers. */
export function takeDrops(
  element: HTMLElement,
  signal: AbortSignal,
  take: (file: File) => void,
  over: (hovers: boolean) => void,
): void {
  const carriesFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  element.addEventListener(
    'dragover',
    (event) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      over(true);
    },
    { signal },
  );
  element.addEventListener('dragleave', () => over(false), { signal });
  element.addEventListener(
    'drop',
    (event) => {
      over(false);
      const file = event.dataTransfer?.files[0];
      if (file === undefined || event.defaultPrevented) return;
      event.preventDefault();
      take(file);
    },
    { signal },
  );
}
