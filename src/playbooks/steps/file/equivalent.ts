import type { PlanContext } from '../../step-kind.ts';
import { renderKnown, shellWord } from '../explain.ts';
import { blockMarks } from './edit.ts';
import type { FileOptions } from './options.ts';

/** The shell lines that stand for an edit. */
export async function fileEquivalent(written: FileOptions, context: PlanContext): Promise<string[]> {
  const options = renderKnown(context, written);
  const { lines, block, content, template, input, kubeconfig, absent, name = context.system, comment = '#' } = options;
  const path = options.path.startsWith('~/') ? `~/${shellWord(options.path.slice(2))}` : shellWord(options.path);
  const mode = options.mode ?? (kubeconfig || input ? '0600' : '0644');
  const { begin, end } = blockMarks(name, comment);
  if (absent && lines) return lines.map((line) => `sed -i ${shellWord(`\\%^${escaped(line)}$%d`)} ${path}`);
  if (absent && block !== undefined)
    return [`sed -i ${shellWord(`\\%^${escaped(begin)}$%,\\%^${escaped(end)}$%d`)} ${path}`];
  if (absent) return [`rm -f ${path}`];
  if (lines)
    return lines.map(
      (line) =>
        `grep -qxF ${shellWord(line)} ${path} || printf '%s\\n' ${shellWord(line)} | tee -a ${path} > /dev/null`,
    );
  if (block !== undefined) {
    const all = [begin, ...block.replace(/\n+$/, '').split('\n'), end];
    return [`printf '%s\\n' ${all.map(shellWord).join(' ')} | tee -a ${path} > /dev/null`];
  }
  if (template !== undefined)
    return [`install -m ${mode} ${shellWord(template)} ${path}  # with its expressions filled in`];
  if (input !== undefined) return [`printf %s "$${variable(input)}" | tee ${path} > /dev/null`];
  if (kubeconfig)
    return [
      `KUBECONFIG=${path}:${shellWord(kubeconfig.from)} kubectl config view --flatten --raw > merged`,
      `install -m ${mode} merged ${path}`,
    ];
  return [`printf %s ${shellWord(content ?? '')} | tee ${path} > /dev/null`];
}

function escaped(line: string): string {
  return line.replace(/[\\.*[\]^$%]/g, '\\$&');
}

function variable(input: string): string {
  return input.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
