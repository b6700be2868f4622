import { spawn } from 'node:child_process';
import { isFields } from './kubeconfig.ts';

/** What a plugin of a kubeconfig's `exec` gives: client-go's `ExecCredentialStatus`. */
export interface PluginCredential {
  token?: string;
  clientCertificateData?: string;
  clientKeyData?: string;
  /** In milliseconds since 1970; undefined counts until the server refuses it. */
  expiresAt?: number;
}

export type ExecConfig = Record<string, unknown>;

/** How long a plugin may take that nobody talks to; one with the terminal may wait for a person. */
const patienceMs = 60_000;

/**
 * Runs a plugin of a kubeconfig as client-go's `plugin/pkg/client/auth/exec` does: without a shell, with KUBERNETES_EXEC_INFO.
 * With `terminal` it may ask the person there: input and errors are the terminal's own. Rejects with what it said.
 */
export async function runExecPlugin(
  exec: ExecConfig,
  cluster: Record<string, unknown>,
  { terminal }: { terminal: boolean },
): Promise<PluginCredential> {
  if (exec.interactiveMode === 'Always' && !terminal) throw new NeedsTerminal();
  const args = Array.isArray(exec.args) ? exec.args.map(String) : [];
  const interactive = terminal && exec.interactiveMode !== 'Never';
  const child = spawn(String(exec.command), args, {
    env: { ...process.env, ...environmentOf(exec, cluster, interactive) },
    // A plugin that reads from nobody must not wait for him.
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
    ...(interactive ? {} : { timeout: patienceMs }),
  });
  let out = '';
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4000);
  });
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal ?? 'unknown'));
  });
  if (code === 'SIGTERM' && !interactive) throw new Error(`${said}\nIt did not end within ${patienceMs / 1000} s`);
  if (code !== 0) throw new Error(said.trim() || `It ended with ${code}`);
  return readCredential(out);
}

/** The plugin wants to ask a person, and no terminal is at hand. */
export class NeedsTerminal extends Error {}

function environmentOf(exec: ExecConfig, cluster: Record<string, unknown>, interactive: boolean) {
  const spec: Record<string, unknown> = { interactive };
  if (exec.provideClusterInfo === true)
    spec.cluster = {
      server: cluster.server,
      'certificate-authority-data': cluster['certificate-authority-data'],
      'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
      'tls-server-name': cluster['tls-server-name'],
      'proxy-url': cluster['proxy-url'],
      config: execExtension(cluster.extensions),
    };
  const info = { apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec };
  const given = (Array.isArray(exec.env) ? exec.env : []).filter(isFields);
  return {
    ...Object.fromEntries(given.map(({ name, value }) => [String(name), String(value)])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
}

// client-go reads what is for a plugin from the cluster's extension of this name.
function execExtension(extensions: unknown): unknown {
  const found = (Array.isArray(extensions) ? extensions : []).find(
    (one) => isFields(one) && one.name === 'client.authentication.k8s.io/exec',
  );
  return isFields(found) ? found.extension : undefined;
}

function readCredential(text: string): PluginCredential {
  let status: unknown;
  try {
    status = (JSON.parse(text) as { status?: unknown }).status;
  } catch {
    // The text itself may hold half a token.
    throw new Error('What it printed is no ExecCredential');
  }
  if (!isFields(status) || !(status.token || (status.clientCertificateData && status.clientKeyData)))
    throw new Error('Its ExecCredential holds neither a token nor a certificate with its key');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  const expiresAt = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    ...(token ? { token: String(token) } : {}),
    ...(clientCertificateData ? { clientCertificateData: String(clientCertificateData) } : {}),
    ...(clientKeyData ? { clientKeyData: String(clientKeyData) } : {}),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}
