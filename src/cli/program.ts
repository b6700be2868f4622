import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { exitCodes } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import { type CommandDefinition, commandDefinitions } from './commands.ts';
import type { GlobalOptions } from './options.ts';
import { printProblem } from './output.ts';

/** Arguments → a command; draws what it throws. Returns the exit code. */
export async function runProgram(argv: string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  let debug = false;
  const program = createProgram((code) => {
    exitCode = code;
  });
  program.hook('preAction', (_, command) => {
    const options = mergedOptions(program, command);
    debug = options.debug === true;
    if (options.color === false) process.env.NO_COLOR = '1';
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return printProblem(error, debug);
  }
}

function createProgram(finished: (exitCode: number) => void): Command {
  const program = addGlobalOptions(new Command('tars-console'))
    .usage('[options] [command]')
    .description(
      'Brings a system up on Kubernetes, step by step: prerequisites, deployment, verification, load test.\n' +
        'Without a command it opens the console; `tars-console demo` shows everything on an embedded cluster.',
    )
    .version(programVersion(), '--version')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(tars-console --help lists the commands)')
    .action(async (_, command: Command) => {
      const { consoleCommand } = await import('./console.ts');
      finished(await consoleCommand([], command.opts()));
    });
  for (const definition of commandDefinitions) define(program, definition, finished);
  return program;
}

function define(program: Command, definition: CommandDefinition, finished: (exitCode: number) => void): void {
  const command = program.command(definition.usage, { hidden: definition.hidden === true });
  command.description(definition.description).helpOption('-h, --help', 'this text');
  if (definition.options) definition.options(command);
  if (!definition.hidden) addGlobalOptions(command);
  command.action(async (...given: unknown[]) => {
    const code = await definition.load();
    const args = given.slice(0, -2).flat() as (string | undefined)[];
    const named = args.filter((arg) => arg !== undefined);
    finished(await code(named, mergedOptions(program, command)));
  });
}

/** Global options count wherever they stand, before the command or behind it. */
function mergedOptions(program: Command, command: Command): GlobalOptions {
  const [before, behind] = [program.opts<GlobalOptions>(), command.opts<GlobalOptions>()];
  return { ...before, ...behind, color: before.color !== false && behind.color !== false };
}

function addGlobalOptions(command: Command): Command {
  return command
    .option('--sandbox', 'uses the embedded cluster; starts it if none runs')
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
    .option('-n, --namespace <name>', 'instead of the system’s own')
    .option('--read-only', 'refuses every change')
    .option('--no-color', 'no colours')
    .option('--debug', 'writes a masked log to the state folder');
}

/** The version that package.json states. */
export function programVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
