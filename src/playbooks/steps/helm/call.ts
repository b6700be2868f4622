import type { ToolResult } from '../../../tools/run-tool.ts';
import { helm } from '../../../tools/tool.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { type CallOptions, callTool } from '../tool-call.ts';

/** The namespace that a release lives in. */
export interface ReleasePlace {
  release: string;
  namespace: string;
}

/** Charts and manifests may be some megabytes. */
const keepBytes = 64 * 1024 * 1024;

/** Runs helm on the step's cluster and in the release's namespace. Ended by a signal it marks its release as failed first. */
export function callHelm(
  args: readonly string[],
  { namespace }: Pick<ReleasePlace, 'namespace'>,
  context: Pick<PreviewContext, 'connection' | 'signal'>,
  options: CallOptions = {},
): Promise<ToolResult> {
  const { context: name, kubeconfig } = context.connection.info;
  // In a pod without a kubeconfig helm finds its way as we do, and knows no context.
  const isInPod = name === 'in-cluster' && kubeconfig === undefined;
  const where = ['--namespace', namespace, ...(isInPod ? [] : ['--kube-context', name])];
  return callTool(helm, [...args, ...where], context, { keepBytes, graceMs: 20_000, ...options });
}
