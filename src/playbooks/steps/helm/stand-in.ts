import { messageOf, Problem } from '../../../base/errors.ts';
import { findTool } from '../../../tools/find-tool.ts';
import { helm } from '../../../tools/tool.ts';
import type { PreviewContext } from '../../step-kind.ts';
import { mayRehearse, type StandIn } from '../stand-in.ts';
import { callHelm } from './call.ts';
import { chartSource } from './chart.ts';
import type { HelmOptions } from './options.ts';
import { placeOf } from './state.ts';

const patienceMs = 20_000;

/**
 * On the sandbox, the stand-in for a chart that cannot be had: helm is not there, or the chart's place does not answer.
 * Undefined where helm can install the chart itself, and on every other cluster.
 */
export async function helmStandIn(options: HelmOptions, context: PreviewContext): Promise<StandIn | undefined> {
  if (!mayRehearse(context)) return undefined;
  const place = placeOf(options, context);
  const source = chartSource(options, context);
  const standIn = (why: string): StandIn => ({
    name: options.release.replaceAll('.', '-').slice(0, 63),
    namespace: place.namespace,
    step: 'helm',
    what: `the chart ${source.text}`,
    why,
  });
  try {
    if (source.from === 'remote') {
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)]);
      await callHelm(['show', 'chart', ...source.args], place, context, { signal, graceMs: 500 });
    } else findTool(helm);
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    return standIn(error instanceof Problem ? error.message : messageOf(error));
  }
}
