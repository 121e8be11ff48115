/** A message as it stands alone: with a capital, unless it begins with what a page's author wrote, such as `server="..."`. */
export const sentence = (text: string): string =>
  /^(?:\w+-[\w-]+|\w+[=:])/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
