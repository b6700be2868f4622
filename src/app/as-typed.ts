import type { Finding } from '../playbooks/finding.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';

type Typed = (text: string) => string;

/** An event of a run with the commands of this program in its hints as they can be typed here. */
export function eventAsTyped(event: RunEvent, typed: Typed): RunEvent {
  if (event.type === 'run-ended') return event.next ? { ...event, next: event.next.map((text) => typed(text)) } : event;
  if (event.type !== 'step-result') return event;
  const { problem, findings } = event;
  return {
    ...event,
    ...(problem?.next ? { problem: { ...problem, next: problem.next.map((text) => typed(text)) } } : {}),
    ...(findings ? { findings: findings.map((finding) => findingAsTyped(finding, typed)) } : {}),
  };
}

function findingAsTyped(finding: Finding, typed: Typed): Finding {
  return finding.repair === undefined ? finding : { ...finding, repair: typed(finding.repair) };
}
