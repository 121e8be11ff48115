export const chrome: string | undefined;
export const firefox: string | undefined;
export function findChrome(): string | undefined;
export function findFirefox(): string | undefined;
export function needBrowsers(): void;
