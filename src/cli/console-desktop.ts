import { spawn } from 'node:child_process';
import { toolEnvironment } from '../tools/environment.ts';
import { whichProgram } from '../tools/find-tool.ts';

/**
 * Puts a text into the clipboard of the terminal, wherever that runs: OSC 52, which goes through SSH. The terminal gives no
 * answer, so what is returned says what may have come of it.
 */
export function copyToTerminal(
  text: string,
  { env = process.env, write = (bytes: string) => process.stdout.write(bytes) }: CopyOptions = {},
): string {
  const code = `\x1b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\x07`;
  // GNU screen passes on what stands in a device control string.
  const screen = (env.TERM ?? '').startsWith('screen') && env.TMUX === undefined;
  write(screen ? `\x1bP${code}\x1b\\` : code);
  if (env.TERM === 'linux' || env.TERM === 'dumb') return 'this terminal has no clipboard; mark the line to copy it';
  if (env.TERM_PROGRAM === 'Apple_Terminal')
    return 'this terminal does not let programs copy; mark the line to copy it';
  if (env.TMUX !== undefined) return 'sent to the clipboard; tmux passes it on with `set -g set-clipboard on`';
  return 'sent to the terminal’s clipboard; not every terminal allows that';
}

interface CopyOptions {
  env?: NodeJS.ProcessEnv;
  write?: (bytes: string) => unknown;
}

/** What a program of the desktop needs to find it. */
const desktopVariables = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'BROWSER'];

/** Opens a URL with the desktop's own program where there is a display; returns what was done, or the URL to open by hand. */
export async function openUrl(
  url: string,
  { env = process.env, platform = process.platform }: { env?: NodeJS.ProcessEnv; platform?: NodeJS.Platform } = {},
): Promise<string> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') return `This is no URL of a web server: ${url}`;
  const remote = env.SSH_CONNECTION !== undefined;
  const display = platform === 'darwin' ? !remote : Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
  const program = display ? whichProgram(platform === 'darwin' ? 'open' : 'xdg-open', env) : undefined;
  if (!program) return `No browser can be opened from here; open ${url}`;
  return new Promise((resolve) => {
    // The URL is one argument; no shell reads it. The browser stays when the console goes.
    const child = spawn(program, [url], {
      stdio: 'ignore',
      detached: true,
      env: toolEnvironment({ inherit: desktopVariables }, env),
    });
    child.once('error', () => resolve(`No browser could be started; open ${url}`));
    child.once('spawn', () => {
      child.unref();
      resolve(`Opening ${url}`);
    });
  });
}
