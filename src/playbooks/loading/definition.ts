import type { StepDefinition } from '../model.ts';
import type { StepKind } from '../step-kind.ts';
import { stepsKey } from './kind.ts';

/** The steps that stand inside of a step, by what they are for. */
export interface InnerSteps {
  steps?: StepDefinition[];
  rescue?: StepDefinition[];
  undo?: StepDefinition[];
}

interface WrittenRetry {
  for?: number;
  every?: number;
  times?: number;
  'back-off'?: number;
  'at-most'?: number;
}

/** A step as its schema has read it, in the model's terms: kebab-case keys become the model's; what was not said stays away. */
export function toDefinition(
  value: Record<string, unknown>,
  { kind, id, line }: { kind: StepKind; id: string; line: number },
  inner: InnerSteps,
): StepDefinition {
  const held = stepsKey(kind);
  const config = Object.fromEntries(
    Object.keys(kind.shape).flatMap((key) => (value[key] === undefined || key === held ? [] : [[key, value[key]]])),
  );
  const retry = value.retry as WrittenRetry | undefined;
  const fields = {
    description: value.description,
    when: value.when,
    needs: value.needs,
    timeoutMs: value.timeout,
    idleTimeoutMs: value['idle-timeout'],
    retry: retry && toRetry(retry),
    steps: inner.steps,
    onFailure: typeof value['on-failure'] === 'object' ? 'rescue' : value['on-failure'],
    rescue: inner.rescue,
    always: value.always,
    undo: Array.isArray(value.undo) ? 'steps' : value.undo,
    undoSteps: inner.undo,
    rehearse: value.rehearse,
    outputs: value.outputs,
  };
  const step = { id, title: String(value.title), kind: kind.name, config, line, ...defined(fields) };
  // The schema has checked every one of them.
  return step as StepDefinition;
}

function toRetry(written: WrittenRetry): Partial<NonNullable<StepDefinition['retry']>> {
  const { for: forMs, every: everyMs, times, 'back-off': backOff, 'at-most': atMostMs } = written;
  return defined({ forMs, everyMs, times, backOff, atMostMs });
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
