import { rmSync } from 'node:fs';
import { exitCodes, messageOf } from '../base/errors.ts';
import { startSandbox } from '../sandbox/start.ts';
import { printNote } from './output.ts';
import { packageVersion } from './package-version.ts';
import {
  folderAt,
  readJson,
  type SandboxFolder,
  type SandboxProcessOptions,
  type SandboxState,
  sandboxKubeconfig,
  writePrivately,
} from './sandbox-files.ts';

const defaults: SandboxProcessOptions = { port: 0, nodes: 2, speed: 1, idleMinutes: 10 };

/** How often it looks whether anybody still needs it. */
const longestLookMs = 5000;

/**
 * The process of a sandbox: runs it until SIGTERM, or until no client has asked for anything for some minutes; a terminal that
 * hangs up is no reason. Its kubeconfig and state are in the folder while it is ready, and gone afterwards.
 */
export async function sandboxServerCommand(path: string): Promise<number> {
  const folder = folderAt(path);
  const options = { ...defaults, ...readJson<Partial<SandboxProcessOptions>>(folder.options) };
  const idleMs = options.idleMinutes * 60_000;
  const ending = untilSignal();
  const sandbox = await startSandbox({ ...options, onError: (error) => printNote(messageOf(error)) });
  const idle = setInterval(
    () => {
      if (sandbox.idleMs() > idleMs) ending.end();
    },
    Math.min(longestLookMs, idleMs / 4),
  );
  try {
    writePrivately(folder.kubeconfig, sandboxKubeconfig({ ...sandbox, speed: options.speed }));
    const state: SandboxState = {
      pid: process.pid,
      port: sandbox.port,
      nodes: options.nodes,
      speed: options.speed,
      version: packageVersion(),
      startedAt: new Date().toISOString(),
    };
    writePrivately(folder.state, JSON.stringify(state));
    await ending.ended;
  } finally {
    clearInterval(idle);
    ending.forget();
    await sandbox.stop();
    removeOwnFiles(folder);
  }
  return exitCodes.done;
}

function untilSignal(): { end: () => void; ended: Promise<void>; forget: () => void } {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const handlers = { SIGTERM: end, SIGINT: end, SIGHUP: () => {} };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  const forget = () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
  return { end, ended, forget };
}

/** Only if they are still this process's: a new sandbox may have taken the folder over. */
function removeOwnFiles(folder: SandboxFolder): void {
  if (readJson<SandboxState>(folder.state)?.pid === process.pid) rmSync(folder.path, { recursive: true, force: true });
}
