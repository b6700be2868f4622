import { type Command, Option } from 'commander';
import { rehearsalSpeed } from './rehearsal-speed.ts';

/** What a command's code is: arguments and options (its own and the global ones) → exit code. */
// biome-ignore lint/suspicious/noExplicitAny: each command declares the options that its definition here gives it.
export type CommandCode = (args: string[], options: any) => Promise<number>;

export interface CommandDefinition {
  usage: string;
  description: string;
  /** Loaded only when the command is asked for, so that nobody waits for what he does not use. */
  load: () => Promise<CommandCode>;
  options?: (command: Command) => Command;
  /** A process of its own that another command starts. */
  hidden?: boolean;
}

const output = (...formats: string[]) =>
  new Option('--output <format>', `${formats.join(' or ')}`).choices(formats).default('text');
const collect = (value: string, before: string[]) => [...before, value];
/** What a person at a terminal would be asked before a run begins. */
const consents = (command: Command) =>
  command
    .option('--trust', 'agrees to what this folder’s own playbook does outside the cluster')
    .option('--confirm-context <name>', 'the name of a context that is production, typed out')
    .option('--take-over <run>', 'takes over the lock of this run, if it is dead');
const speed = (factor: string) =>
  new Option('--speed <factor>', 'of a sandbox: shortens pod start-up and the controllers’ periods').default(factor);

export const commandDefinitions: readonly CommandDefinition[] = [
  {
    usage: 'demo',
    description: 'T.A.R.S. from nothing to load-tested on a fresh sandbox of its own',
    load: async () => (await import('./demo.ts')).demoCommand,
    options: (command) =>
      command
        .addOption(output('text', 'ndjson'))
        .addOption(speed(String(rehearsalSpeed)))
        .option('--lines', 'lines instead of the screen'),
  },
  {
    usage: 'run <playbook>',
    description: 'runs <system>/<playbook> without a screen',
    load: async () => (await import('./run.ts')).runCommand,
    options: (command) =>
      consents(command)
        .option('--set <name=value>', 'an input; a sensitive one is refused here', collect, [])
        .option('--set-env <name=VARIABLE>', 'an input from an environment variable', collect, [])
        .option('--set-file <name=path>', 'an input from a file; `-` is the standard input', collect, [])
        .option('--inputs <file>', 'inputs from a YAML file')
        .option('--yes', 'answers yes; what destroys must still be named by its input')
        .option(
          '--manifests <folder>',
          'manifests to use: `bundled`, or a folder such as VDS_TARS/k8s; k8s/ here unless said',
        )
        .option('--system <name>', 'the system that a playbook of cluster/, which all systems share, is run for')
        .option('--from <step>', 'starts at this step')
        .option('--only <step>', 'runs this step only')
        .option('--plan', 'shows the plan and changes nothing')
        .option('--detach', 'starts the run and prints its id')
        .addOption(speed(String(rehearsalSpeed)))
        .addOption(output('text', 'ndjson')),
  },
  {
    usage: 'resume [run]',
    description: 'goes on where a run stopped; without a name, the newest unfinished one',
    load: async () => (await import('./resume.ts')).resumeCommand,
    options: (command) =>
      consents(command)
        .option('--yes', 'answers yes to what it asks')
        .option('--set-env <name=VARIABLE>', 'a sensitive input, asked for again', collect, [])
        .option('--set-file <name=path>', 'the same from a file', collect, [])
        .addOption(output('text', 'ndjson')),
  },
  {
    usage: 'follow <run>',
    description: 'watches a run',
    load: async () => (await import('./follow.ts')).followCommand,
    options: (command) => command.addOption(output('text', 'ndjson')),
  },
  {
    usage: 'stop <run>',
    description: 'ends a run after its running effects; it can be resumed',
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  {
    usage: 'runs [verb] [run]',
    description: 'what was run; `runs show <run>` prints one, `runs discard <run>` forgets one',
    load: async () => (await import('./runs.ts')).runsCommand,
    options: (command) => command.addOption(output('text', 'json')),
  },
  {
    usage: 'report <run>',
    description: 'what a run was: steps, changes, findings, load tests with charts',
    load: async () => (await import('./report.ts')).reportCommand,
    options: (command) =>
      command
        .addOption(new Option('--format <format>', 'html, md or json').choices(['html', 'md', 'json']).default('html'))
        .option('--output <file>', 'writes it there; else to the standard output'),
  },
  {
    usage: 'replay <run>',
    description: 'a run once more, from its records',
    load: async () => (await import('./replay.ts')).replayCommand,
    options: (command) =>
      command
        .option('--speed <factor>', 'how many times faster than it was', '1')
        .option('--longest-pause <time>', 'pauses of the run are cut to this', '5s')
        .addOption(output('text', 'ndjson')),
  },
  {
    usage: 'export <playbook>',
    description: 'the playbook as the commands that one would type',
    load: async () => (await import('./export.ts')).exportCommand,
    options: (command) =>
      command
        .addOption(new Option('--format <format>', 'sh or md').choices(['sh', 'md']).default('sh'))
        .option('--output <file>', 'writes it there; else to the standard output'),
  },
  {
    usage: 'list',
    description: 'systems, menus and playbooks',
    load: async () => (await import('./list.ts')).listCommand,
    options: (command) => command.addOption(output('text', 'json')),
  },
  {
    usage: 'validate [files...]',
    description: 'every problem in menus and playbooks, with file, line and column',
    load: async () => (await import('./validate.ts')).validateCommand,
    options: (command) => command.addOption(output('text', 'json')),
  },
  {
    usage: 'status <system>',
    description: 'what is there of a system',
    load: async () => (await import('./status.ts')).statusCommand,
    options: (command) => command.addOption(output('text', 'json')),
  },
  {
    usage: 'access <system>',
    description: 'how a system is reached from this machine: address, hosts line, URL, certificate',
    load: async () => (await import('./access.ts')).accessCommand,
    options: (command) =>
      command
        .option('--forward', 'keeps ports of this machine connected to it until Ctrl-C')
        .option('--reveal <title>', 'shows the password of this way in, and nothing else')
        .option('--into-pipe', 'lets --reveal write it into a pipe or a file')
        .addOption(output('text', 'json')),
  },
  {
    usage: 'readings <system>',
    description: 'figures that a system’s own programs tell, by commands in its pods; e.g. of its cache',
    load: async () => (await import('./readings.ts')).readingsCommand,
    options: (command) =>
      command
        .option('--once', 'asks once; what happens unless --every is given')
        .option('--every <time>', 'asks again and again until Ctrl-C, e.g. 15s')
        .addOption(output('text', 'json')),
  },
  {
    usage: 'queries <system>',
    description: 'the figures that matter, from a Prometheus; the sandbox counts them itself',
    load: async () => (await import('./queries.ts')).queriesCommand,
    options: (command) =>
      command
        .option(
          '--prometheus <place>',
          'its URL, or its Service as namespace/name:port; found in the cluster unless said',
        )
        .option('--once', 'asks once; what happens unless --every is given')
        .option('--every <time>', 'asks again and again until Ctrl-C, e.g. 15s')
        .addOption(output('text', 'json')),
  },
  {
    usage: 'page <page>',
    description: 'reads a page of a system, <system>/<name>, such as tars/next-steps',
    load: async () => (await import('./page.ts')).pageCommand,
  },
  {
    usage: 'diagnose <system> [diagnosis]',
    description: 'what is wrong with a system, the likeliest cause first; changes nothing',
    load: async () => (await import('./diagnose.ts')).diagnoseCommand,
    options: (command) =>
      command
        .option('--trust', 'agrees to what this folder’s own diagnoses ask outside the cluster')
        .addOption(output('text', 'json')),
  },
  {
    usage: 'checklist <checklist>',
    description: 'what must be so before production, <system>/<name>: judged here, or ticked by a person',
    load: async () => (await import('./checklist.ts')).checklistCommand,
    options: (command) =>
      command
        .option('--tick <item>', 'ticks an item, or overrules its check; kept in the cluster with who and when')
        .option('--untick <item>', 'takes a tick away')
        .option('--note <text>', 'what was done, or why it is so: every tick has one')
        .option('--trust', 'agrees to what this folder’s own checks ask outside the cluster')
        .option('--confirm-context <name>', 'the name of a context that is production, typed out')
        .addOption(output('text', 'md', 'json')),
  },
  {
    usage: 'load <scenario>',
    description: 'a load test without a screen: <system>/<scenario> or a file',
    load: async () => (await import('./load.ts')).loadCommand,
    options: (command) =>
      command
        .option('--url <url>', 'what is loaded')
        .option('--rate <requests>', 'requests a second')
        .option('--users <count>', 'closed loop: users that each wait for their answer')
        .option('--duration <time>', 'of the sustained phase, e.g. 60s')
        .option('--confirm-host <host>', 'the host of a load that leaves this machine, typed out')
        .addOption(output('text', 'ndjson')),
  },
  {
    usage: 'sandbox [verb]',
    description: 'the embedded cluster alone; `sandbox stop` ends it',
    load: async () => (await import('./sandbox.ts')).sandboxCommand,
    options: (command) =>
      command
        .option('--port <port>', 'of the API server', '0')
        .option('--nodes <count>', 'how many nodes', '2')
        .addOption(speed('1'))
        .option('--images <file>', 'which images fail, and how; .tars-console/sandbox.yaml unless said')
        .option('--write-kubeconfig <file>', 'writes the kubeconfig there too'),
  },
  {
    usage: 'runner <folder>',
    description: 'the process of a run',
    hidden: true,
    load: async () => async (args) => (await import('./runner.ts')).runnerCommand(args[0] ?? ''),
  },
  {
    usage: 'sandbox-server <folder>',
    description: 'the process of a sandbox',
    hidden: true,
    load: async () => async (args) => (await import('./sandbox-server.ts')).sandboxServerCommand(args[0] ?? ''),
  },
];
