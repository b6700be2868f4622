import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import type { GlobalOptions } from './options.ts';
import { printProblem } from './output.ts';

/**
 * Arguments → a command. Each command's code is loaded only when it is asked for, so that the first frame and `--help`
 * wait for nothing that they do not use. Returns the exit code.
 */
export async function runProgram(argv: string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = new Command('tars-console')
    .description('Brings a system up on Kubernetes, step by step: prerequisites, deployment, verification, load test.')
    .version(programVersion(), '--version')
    .helpOption('-h, --help')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(tars-console --help lists the commands)')
    .enablePositionalOptions(false);

  /** A command that gets its arguments and its own options merged with the global ones. */
  const define = (
    usage: string,
    description: string,
    load: () => Promise<(args: string[], options: never) => Promise<number>>,
  ) => {
    const command = program.command(usage).description(description);
    addGlobalOptions(command);
    command.action(async (...given: unknown[]) => {
      const own = given.pop() as Command;
      given.pop();
      const run = await load();
      exitCode = await run(given.flat() as string[], { ...program.opts(), ...own.opts() } as never);
    });
    return command;
  };

  addGlobalOptions(program);
  program.action(async () => {
    const { consoleCommand } = await import('./console.ts');
    exitCode = await consoleCommand([], program.opts<GlobalOptions>());
  });

  define(
    'demo',
    'T.A.R.S. from nothing to load-tested on a fresh sandbox',
    async () => (await import('./demo.ts')).demoCommand,
  )
    .addOption(
      new Option('--output <format>', 'how the run is printed without a terminal')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .option('--speed <factor>', 'shortens pod start-up and the controllers’ periods', '5')
    .option('--no-tty', 'prints lines even on a terminal');
  define(
    'run <playbook>',
    'runs a playbook without a screen: <system>/<playbook>',
    async () => (await import('./run.ts')).runCommand,
  )
    .option('--set <name=value>', 'an input; a sensitive one is refused here', collect, [])
    .option('--set-env <name=VARIABLE>', 'an input from an environment variable', collect, [])
    .option('--set-file <name=path>', 'an input from a file', collect, [])
    .option('--inputs <file>', 'inputs from a YAML file')
    .option('--yes', 'answers yes to what it asks; what is destructive must still be named by --set')
    .option('--from <step>', 'starts at this step')
    .option('--only <step>', 'runs this step only')
    .option('--plan', 'shows the plan and changes nothing')
    .option('--detach', 'starts the run and prints its id')
    .option('--speed <factor>', 'of a sandbox that is started for it', '5')
    .addOption(
      new Option('--output <format>', 'text, or one JSON event a line').choices(['text', 'ndjson']).default('text'),
    );
  define('resume [run]', 'goes on where a run stopped', async () => (await import('./resume.ts')).resumeCommand)
    .option('--yes', 'answers yes to what it asks')
    .option('--set-env <name=VARIABLE>', 'a sensitive input, asked for again', collect, [])
    .option('--set-file <name=path>', 'the same from a file', collect, [])
    .addOption(new Option('--output <format>').choices(['text', 'ndjson']).default('text'));
  define('follow <run>', 'watches a run', async () => (await import('./follow.ts')).followCommand).addOption(
    new Option('--output <format>').choices(['text', 'ndjson']).default('text'),
  );
  define('stop <run>', 'ends a run after its running effects', async () => (await import('./stop.ts')).stopCommand);
  define(
    'runs [verb] [run]',
    'what was run; `runs show <run>` prints one, `runs discard <run>` forgets one',
    async () => (await import('./runs.ts')).runsCommand,
  ).addOption(new Option('--output <format>').choices(['text', 'json']).default('text'));
  define('list', 'systems, menus and playbooks', async () => (await import('./list.ts')).listCommand).addOption(
    new Option('--output <format>').choices(['text', 'json']).default('text'),
  );
  define(
    'validate [files...]',
    'every problem in menus and playbooks, with file, line and column',
    async () => (await import('./validate.ts')).validateCommand,
  ).addOption(new Option('--output <format>').choices(['text', 'json']).default('text'));
  define(
    'status <system>',
    'what is there of a system',
    async () => (await import('./status.ts')).statusCommand,
  ).addOption(new Option('--output <format>').choices(['text', 'json']).default('text'));
  define(
    'load <scenario>',
    'a load test without a screen: <system>/<scenario> or a file',
    async () => (await import('./load.ts')).loadCommand,
  )
    .option('--url <url>', 'what is loaded')
    .option('--rate <requests>', 'requests a second')
    .option('--users <count>', 'closed loop: users that each wait for their answer')
    .option('--duration <time>', 'of the sustained phase, e.g. 60s')
    .option('--confirm-host <host>', 'the host of a load that leaves this machine, typed out')
    .addOption(new Option('--output <format>').choices(['text', 'ndjson']).default('text'));
  define(
    'sandbox [verb]',
    'the embedded cluster alone; `sandbox stop` ends it',
    async () => (await import('./sandbox.ts')).sandboxCommand,
  )
    .option('--port <port>', 'of the API server', '0')
    .option('--nodes <count>', 'how many nodes', '2')
    .option('--speed <factor>', 'shortens pod start-up and the controllers’ periods', '1')
    .option('--write-kubeconfig <file>', 'writes the kubeconfig there too');
  // Processes of their own that the commands above start.
  program.command('runner <folder>', { hidden: true }).action(async (folder: string) => {
    const { runnerCommand } = await import('./runner.ts');
    exitCode = await runnerCommand(folder);
  });
  program.command('sandbox-server <folder>', { hidden: true }).action(async (folder: string) => {
    const { sandboxServerCommand } = await import('./sandbox-server.ts');
    exitCode = await sandboxServerCommand(folder);
  });

  let debug = false;
  program.hook('preAction', (_, command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
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

function addGlobalOptions(command: Command): void {
  command
    .option('--sandbox', 'uses the embedded cluster; starts it if none runs')
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
    .option('-n, --namespace <name>', 'instead of the system’s own')
    .option('--read-only', 'refuses every change')
    .option('--no-color', 'no colours')
    .option('--debug', 'writes a masked log to the state folder');
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function programVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
