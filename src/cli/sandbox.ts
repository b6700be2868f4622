import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes, Problem } from '../base/errors.ts';
import { shellWord } from '../playbooks/steps/explain.ts';
import type { ImageRule } from '../sandbox/workloads/image-rules.ts';
import type { GlobalOptions } from './options.ts';
import { printNote, printResult } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { rehearsalSpeed } from './rehearsal-speed.ts';
import { type SandboxState, sandboxFolder, writePrivately } from './sandbox-files.ts';
import { readImageRules } from './sandbox-images.ts';
import { withLock } from './sandbox-lock.ts';
import { findRunning, startProcess, stopProcess } from './sandbox-process.ts';

/** Every command uses the sandbox of the first name; the demo starts a fresh one of the second. */
const names = ['default', 'demo'] as const;

export interface SandboxRequest {
  /** Without one it is the sandbox that runs, the demo's too; `default` where none does. */
  name?: (typeof names)[number];
  /** Ends the old one of this name first. */
  fresh?: boolean;
  /** Of a sandbox that has to be started, a rehearsal's unless said; one that runs keeps its own. */
  speed?: number;
  nodes?: number;
  port?: number;
  /** Images that fail, and how. */
  images?: readonly ImageRule[];
}

export interface ReadySandbox {
  /** Path of its kubeconfig. */
  kubeconfig: string;
  context: 'sandbox';
  speed: number;
  port: number;
  nodes: number;
  /** False when it ran already. */
  started: boolean;
}

/**
 * The sandbox, running: found again by its kubeconfig, or started as a process of its own that outlives this one.
 * Two consoles that ask at once get the same one. Throws a `Problem` when it does not come up.
 */
export async function ensureSandbox(request: SandboxRequest = {}): Promise<ReadySandbox> {
  const folder = sandboxFolder(request.name ?? (await runningName()) ?? 'default');
  const { speed = rehearsalSpeed, nodes = 2, port = 0 } = request;
  return withLock(folder.lock, async () => {
    if (request.fresh) await stopProcess(folder);
    const running = await findRunning(folder);
    if (running) return ready(folder.kubeconfig, running, false);
    // A demo shows what works; everything else fails where the user's file says so.
    const images = request.images ?? (request.fresh ? [] : readImageRules(undefined));
    return ready(folder.kubeconfig, await startProcess(folder, { speed, nodes, port, idleMinutes: 10, images }), true);
  });
}

function ready(kubeconfig: string, { speed, port, nodes }: SandboxState, started: boolean): ReadySandbox {
  return { kubeconfig, context: 'sandbox', speed, port, nodes, started };
}

async function runningName(): Promise<(typeof names)[number] | undefined> {
  for (const name of names) if (await findRunning(sandboxFolder(name))) return name;
  return undefined;
}

/** Ends every sandbox of this user and version; says how many ran. */
async function stopSandboxes(): Promise<number> {
  let stopped = 0;
  for (const name of names) {
    const folder = sandboxFolder(name);
    if (await withLock(folder.lock, () => stopProcess(folder))) stopped += 1;
  }
  return stopped;
}

interface SandboxCommandOptions extends GlobalOptions {
  port?: string;
  nodes?: string;
  speed?: string;
  writeKubeconfig?: string;
  images?: string;
}

/** `sandbox` says where its kubeconfig is, and starts it if it has to; `sandbox stop` ends it. */
export async function sandboxCommand(args: string[], options: SandboxCommandOptions): Promise<number> {
  const [verb] = args;
  if (verb === 'stop') {
    refuseChanges(options, 'Stopping the sandbox ends what runs in it');
    const stopped = await stopSandboxes();
    printResult(
      ['No sandbox was running.', 'The sandbox is stopped.'][stopped] ?? 'Both sandboxes are stopped, the demo’s too.',
    );
    return exitCodes.done;
  }
  if (verb !== undefined)
    throw new Problem(`\`sandbox ${verb}\` is not a command`, {
      next: ['tars-console sandbox', 'tars-console sandbox stop'],
      exitCode: exitCodes.usage,
    });
  const wanted = {
    port: numberOption('--port', options.port ?? '0', 0, 65_535),
    nodes: numberOption('--nodes', options.nodes ?? '2', 1, 100),
    speed: numberOption('--speed', options.speed ?? '1', 0.1, 1000),
    images: readImageRules(options.images),
  };
  const sandbox = await ensureSandbox(wanted);
  describe(sandbox, wanted);
  if (options.writeKubeconfig)
    writePrivately(resolve(options.writeKubeconfig), readFileSync(sandbox.kubeconfig, 'utf8'));
  return exitCodes.done;
}

function describe(sandbox: ReadySandbox, wanted: { port: number; nodes: number; speed: number }): void {
  const { started, kubeconfig, port, nodes, speed } = sandbox;
  printNote(`${started ? 'Started' : 'Found'} the sandbox: https://127.0.0.1:${port}, ${nodes} nodes, speed ${speed}.`);
  const other = wanted.nodes !== nodes || wanted.speed !== speed || (wanted.port !== 0 && wanted.port !== port);
  if (!started && other) printNote('It runs with other options than these: `sandbox stop` first to change them.');
  printResult(`export KUBECONFIG=${shellWord(kubeconfig)}`);
  printNote('  kubectl get pods -A');
  printNote('It ends by itself ten minutes after its last client, or by `tars-console sandbox stop`.');
}

function numberOption(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  const whole = option === '--speed' || Number.isInteger(value);
  if (text.trim() !== '' && whole && value >= least && value <= most) return value;
  throw new Problem(`${option} ${text} is not a number from ${least} to ${most}`, { exitCode: exitCodes.usage });
}
