import { Problem } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { toolEnvironment } from '../../tools/environment.ts';
import { requireTool } from '../../tools/find-tool.ts';
import { runTool, type ToolOptions, type ToolResult } from '../../tools/run-tool.ts';
import type { Tool } from '../../tools/tool.ts';
import type { PreviewContext } from '../step-kind.ts';

export interface CallOptions extends Partial<Omit<ToolOptions, 'signal'>> {
  signal?: AbortSignal;
  /** Exit codes that are no failure; 0 unless said. */
  expect?: readonly number[] | 'any';
}

/**
 * Runs a tool against the step's cluster. Throws `Problem` when it is missing, too old, or ends with another code than one of
 * those that are expected, with the last lines that it wrote.
 */
export async function callTool(
  tool: Tool,
  args: readonly string[],
  context: Pick<PreviewContext, 'connection' | 'signal'>,
  options: CallOptions = {},
): Promise<ToolResult> {
  const { path } = await requireTool(tool);
  const { kubeconfig } = context.connection.info;
  const env = { ...toolEnvironment({ inherit: tool.inherit, kubeconfig }), ...options.env };
  const result = await runTool(path, args, { signal: context.signal, ...options, env });
  const { expect = [0] } = options;
  if (expect !== 'any' && !expect.includes(result.code ?? -1)) throw failedCall(tool.name, args[0], result);
  return result;
}

const shownLines = 20;

/** What a program that failed says of it: its last lines. */
export function failedCall(name: string, what: string | undefined, result: ToolResult): Problem {
  const how = result.code === undefined ? `was ended by ${result.signal}` : `ended with ${result.code}`;
  const said = lastLines(result.stderr).length > 0 ? lastLines(result.stderr) : lastLines(result.stdout);
  // One that says little has said it all.
  const reason =
    said.filter((line) => /^(error|fatal)/i.test(line)).at(-1) ?? (said.length <= 3 ? said.at(-1) : undefined);
  return new Problem(`${[name, what].filter(Boolean).join(' ')} ${how}${reason ? `: ${reason.slice(0, 300)}` : ''}`, {
    evidence: said,
  });
}

function lastLines(text: string): string[] {
  return printable(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter(Boolean)
    .slice(-shownLines);
}

/** `300s` for a tool's `--timeout`; a quarter of an hour where the step has no ceiling. */
export function toolTimeout(ms: number | undefined): string {
  return ms === undefined ? '15m' : `${Math.max(1, Math.ceil(ms / 1000))}s`;
}
