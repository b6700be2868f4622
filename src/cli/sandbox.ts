import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes, Problem } from '../base/errors.ts';
import type { GlobalOptions } from './options.ts';
import { printNote, printResult } from './output.ts';
import { type SandboxState, sandboxFolder, writePrivately } from './sandbox-files.ts';
import { withLock } from './sandbox-lock.ts';
import { findRunning, startProcess, stopProcess } from './sandbox-process.ts';

export interface SandboxRequest {
  /** `default` unless said; the demo has one of its own. */
  name?: string;
  /** Ends the old one of this name first. */
  fresh?: boolean;
  /** Of a sandbox that has to be started; one that runs keeps its own. */
  speed?: number;
  nodes?: number;
  port?: number;
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
 * The sandbox of this name, running: found again by its kubeconfig, or started as a process of its own that outlives this one.
 * Two consoles that ask at once get the same one. Throws a `Problem` when it does not come up.
 */
export async function ensureSandbox(request: SandboxRequest = {}): Promise<ReadySandbox> {
  const folder = sandboxFolder(checkedName(request.name));
  const { speed = 1, nodes = 2, port = 0 } = request;
  return withLock(folder.lock, async () => {
    if (request.fresh) await stopProcess(folder);
    const running = await findRunning(folder);
    if (running) return ready(folder.kubeconfig, running, false);
    return ready(folder.kubeconfig, await startProcess(folder, { speed, nodes, port, idleMinutes: 10 }), true);
  });
}

function ready(kubeconfig: string, { speed, port, nodes }: SandboxState, started: boolean): ReadySandbox {
  return { kubeconfig, context: 'sandbox', speed, port, nodes, started };
}

/** Ends the sandbox of this name. True when one was running. */
export async function stopSandbox(name?: string): Promise<boolean> {
  const folder = sandboxFolder(checkedName(name));
  return withLock(folder.lock, () => stopProcess(folder));
}

function checkedName(name = 'default'): string {
  if (/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) return name;
  throw new Problem(`\`${name}\` is not a name for a sandbox`, {
    next: ['Use lower case letters, digits and hyphens'],
    exitCode: exitCodes.usage,
  });
}

interface SandboxCommandOptions extends GlobalOptions {
  port?: string;
  nodes?: string;
  speed?: string;
  writeKubeconfig?: string;
}

/** `sandbox` says where its kubeconfig is, and starts it if it has to; `sandbox stop` ends it. */
export async function sandboxCommand(args: string[], options: SandboxCommandOptions): Promise<number> {
  const [verb] = args;
  if (verb === 'stop') {
    printResult((await stopSandbox()) ? 'The sandbox is stopped.' : 'No sandbox was running.');
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
  printResult(`export KUBECONFIG=${quoted(kubeconfig)}`);
  printNote('  kubectl get pods -A');
  printNote('It ends by itself ten minutes after its last client, or by `tars-console sandbox stop`.');
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function numberOption(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  const whole = option === '--speed' || Number.isInteger(value);
  if (text.trim() !== '' && whole && value >= least && value <= most) return value;
  throw new Problem(`${option} ${text} is not a number from ${least} to ${most}`, { exitCode: exitCodes.usage });
}
