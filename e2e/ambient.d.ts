declare module '*/browsers.js' {
  export const chromium: string | undefined;
  export const chromiumArgs: string[];
  export const firefox: string | undefined;
}
