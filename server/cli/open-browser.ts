import { spawn } from 'node:child_process';

/**
 * Shows a page in the browser of the desktop, if somebody sits at one. Says whether it tried; that there is no browser is
 * nobody's fault.
 */
export function openBrowser(url: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const command = desktopCommand(url, env);
  if (command === null || env.CI || env.BROWSER === 'none' || !process.stdout.isTTY) return false;
  const [program, ...args] = command;
  const child = spawn(program!, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
  return true;
}

/** What opens a page here; null where there is no desktop. */
export function desktopCommand(url: string, env: NodeJS.ProcessEnv, platform = process.platform): string[] | null {
  if (platform === 'darwin') return ['open', url];
  // The first argument in quotes would be the title of a window.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', url] : null;
}
