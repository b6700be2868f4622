export interface ExecResult {
  exitCode: number;
  output: string;
}

/** The command inside `sh -c '…'`, else the command itself; variables of the environment put in. */
export function unwrapShell(command: readonly string[], env: Readonly<Record<string, string>>): string[] {
  const shell = command[0]?.split('/').at(-1);
  if ((shell !== 'sh' && shell !== 'bash') || command[1] !== '-c') return [...command];
  const line = (command[2] ?? '').replace(/\$\{?(\w+)\}?/g, (_, name: string) => env[name] ?? '');
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '');
}

/** The few commands that every image answers; undefined for others. */
export function commonCommand(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  pod: string,
): ExecResult | undefined {
  const [name, ...args] = command;
  switch (name?.split('/').at(-1)) {
    case 'true':
    case ':':
    case 'sleep':
      return { exitCode: 0, output: '' };
    case 'false':
      return { exitCode: 1, output: '' };
    case 'echo':
      return { exitCode: 0, output: `${args.join(' ')}\n` };
    case 'hostname':
      return { exitCode: 0, output: `${pod}\n` };
    case 'env':
    case 'printenv': {
      const lines = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      return { exitCode: 0, output: args[0] ? `${env[args[0]] ?? ''}\n` : `${lines.join('\n')}\n` };
    }
    default:
      return undefined;
  }
}

export function notFound(command: readonly string[]): ExecResult {
  return {
    exitCode: 127,
    output: `exec: "${command[0] ?? ''}": executable file not found in $PATH (the sandbox's stand-in has no such command)\n`,
  };
}
