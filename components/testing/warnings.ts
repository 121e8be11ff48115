/** Gathers what elements of the kit log as warnings while `during` runs, which may look at what was said so far. */
export async function warnings(during: (said: readonly string[]) => unknown): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...words: unknown[]) => {
    const text = String(words[0]);
    if (text.includes('<mpl-')) said.push(text);
  };
  try {
    await during(said);
  } finally {
    console.warn = warn;
  }
  return said;
}
