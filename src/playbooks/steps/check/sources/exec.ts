import { z } from 'zod';
import { execInPod } from '../../../../cluster/streams/exec.ts';
import { shellWord } from '../../explain.ts';
import { chooseContainer, execAccess } from '../../in-pod.ts';
import { kubectlName } from '../../object-names.ts';
import { objectName } from '../../step-shapes.ts';
import type { SourceKind } from '../source-kind.ts';

/** More of what a command prints than this is left away. */
const mostBytes = 64 * 1024;
const schema = z.strictObject({
  exec: z
    .strictObject({
      in: objectName.describe('A pod, or a workload or Service: then one of its ready pods'),
      container: z.string().optional(),
      namespace: z.string().optional().describe('Where that is; the system’s unless said'),
      command: z.array(z.string()).min(1).describe('The program and its arguments; no shell'),
    })
    .describe('What a command in a container says: {code, stdout, stderr}; it must only look'),
});

/** Runs a command that looks at something. It acts on the cluster all the same, as nobody can tell what it does. */
export const execSource: SourceKind<z.infer<typeof schema>> = {
  key: 'exec',
  schema,
  changes: true,
  access: ({ exec }) => execAccess(exec.namespace),
  async read({ exec }, context) {
    const { connection, signal } = context;
    const container = await chooseContainer(exec, context);
    const [stdout, stderr] = [collector(), collector()];
    const { command } = exec;
    const request = { ...container, command, onStdout: stdout.add, onStderr: stderr.add, signal };
    const code = await execInPod(connection, request);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  },
  commands: ({ exec: { in: target, container, command, namespace } }, own) => [
    `kubectl exec -n ${namespace ?? own} ${shellWord(kubectlName(target))}${container ? ` -c ${shellWord(container)}` : ''} -- ${command.map(shellWord).join(' ')}`,
  ],
};

function collector() {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    add(bytes: Buffer) {
      if (length < mostBytes) chunks.push(Buffer.from(bytes.subarray(0, mostBytes - length)));
      length += bytes.length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
