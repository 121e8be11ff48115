/** Copies text, also where a page has no clipboard: on plain http, or where its policy forbids it. */

/**
 * @param show puts the text into a field on the page
 * @returns false where only the reader can copy it: it stays selected in the field
 */
export async function copyText(text: string, show: () => Promise<HTMLTextAreaElement>): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Forbidden; the older way may not be.
  }
  const field = await show();
  field.focus();
  field.select();
  return document.execCommand('copy');
}
