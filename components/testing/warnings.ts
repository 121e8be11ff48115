/** Gathers what elements of the kit log as warnings while `during` runs. */
export async function warnings(during: () => unknown): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...words: unknown[]) => void said.push(String(words[0]));
  try {
    await during();
  } finally {
    console.warn = warn;
  }
  return said.filter((text) => text.includes('<mpl-'));
}
