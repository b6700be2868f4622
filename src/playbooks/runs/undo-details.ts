import { messageOf } from '../../base/errors.ts';
import { kindOf } from '../kind-of.ts';
import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import type { Visit } from './course.ts';
import { createStepContext, type Execution } from './execution.ts';

/** What taking back these steps would change, in lines, for the question that comes before it. */
export async function undoDetails(execution: Execution, visits: readonly Visit[]): Promise<string[]> {
  const lines: string[] = [];
  for (const visit of visits) {
    const { step } = visit.place;
    if (step.undo === 'steps') {
      const titles = (step.undoSteps ?? []).map(({ title }) => `  ${title}`);
      lines.push(`${step.title}: by steps of its own`, ...titles);
      continue;
    }
    const preview = await previewUndo(execution, visit);
    lines.push(`${step.title}: ${preview.summary}`, ...preview.changes.flatMap(changeLines));
    if (preview.why) lines.push(`  not known whole: ${preview.why}`);
  }
  return lines;
}

async function previewUndo(execution: Execution, { frame, place, before }: Visit): Promise<StepPreview> {
  const kind = kindOf(execution.stepKinds, place.step);
  if (!kind?.planUndo)
    return { certainty: 'cannot preview', summary: 'it cannot be told what that changes', changes: [] };
  const { control } = execution;
  const signals = { signal: control.now, waiting: control.stopping, onActivity: () => {} };
  try {
    return await kind.planUndo(place.step.config, createStepContext(execution, frame, place, signals), before);
  } catch (error) {
    const why = messageOf(error);
    return { certainty: 'cannot preview', summary: 'it cannot be told what that changes', changes: [], why };
  }
}

function changeLines({ object, namespace, action, fields = [], data = [], note }: PreviewedChange): string[] {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return [
    `  ${action} ${object}${where}${note ? `: ${note}` : ''}`,
    ...fields.map(({ path, before = '(not there)', after = '(not there)' }) => `    ${path}: ${before} → ${after}`),
    ...(data.length > 0 ? [`    data that is lost: ${data.join(', ')}`] : []),
  ];
}
