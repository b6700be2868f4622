import { Command, CommanderError, Help, type Option } from 'commander';
import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { givenSettings } from '../configuration/given-settings.ts';
import { suggestion } from '../yaml/suggest.ts';
import { type CommandDefinition, commandDefinitions } from './commands.ts';
import type { GlobalOptions } from './options.ts';
import { printNote, printProblem } from './output.ts';
import { packageVersion } from './package-version.ts';

/** Arguments → a command; draws what it throws. Returns the exit code. */
export async function runProgram(argv: string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  let debug = false;
  const program = createProgram((code) => {
    exitCode = code;
  });
  program.hook('preAction', async (_, command) => {
    const options = mergedOptions(program, command);
    debug = options.debug === true;
    if (options.color === false) process.env.NO_COLOR = '1';
    // What is wrong with the settings must not keep anybody from being told so.
    if (command.name() !== 'validate') await exportGivenSettings();
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

async function exportGivenSettings(): Promise<void> {
  const settings = await givenSettings();
  if (settings) (await import('../configuration/export-settings.ts')).exportSettings(settings, process.env);
}

function createProgram(finished: (exitCode: number) => void): Command {
  const program = addGlobalOptions(new Command('tars-console'))
    .usage('[options] [command]')
    .description(
      'Brings a system up on Kubernetes, step by step: prerequisites, deployment, verification, load test.\n' +
        'Without a command it opens the console; `tars-console demo` shows everything on an embedded cluster.',
    )
    .version(packageVersion(), '--version')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false, optionDescription })
    .showHelpAfterError('(tars-console --help lists the commands)')
    .option('--system <name>', 'the system whose menu the console opens')
    .argument('[command]')
    .allowExcessArguments()
    .action(async (name: string | undefined, _, command: Command) => {
      if (name !== undefined) throw unknownCommand(name);
      finished(await consoleOrHelp(command.opts()));
    });
  for (const definition of commandDefinitions) define(program, definition, finished);
  return program;
}

/** Opens the screen; without a terminal explains the commands that do the same work. */
async function consoleOrHelp(options: GlobalOptions & { system?: string }): Promise<number> {
  if (process.stdin.isTTY && process.stdout.isTTY) return (await import('./console.ts')).openConsole(options);
  printNote('The console needs a terminal. Without one, these commands do the same work:\n');
  for (const { usage, description, hidden } of commandDefinitions)
    if (!hidden) printNote(`  ${usage.padEnd(20)} ${description}`);
  printNote('\nTo see it all on an embedded cluster: tars-console demo');
  return exitCodes.usage;
}

function unknownCommand(name: string): Problem {
  const names = commandDefinitions.flatMap(({ usage, hidden }) => (hidden ? [] : (usage.split(' ')[0] ?? [])));
  const hint = suggestion(name, names, 'There are');
  return new Problem(`There is no command \`${printableLine(name)}\``, {
    next: [...(hint ? [capitalised(hint)] : []), 'tars-console --help'],
    exitCode: exitCodes.usage,
  });
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
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

/** That an option which may be given again begins with nothing needs no words. */
function optionDescription(option: Option): string {
  return Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option);
}
