import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/playbooks/runs/events.ts';
import { initialRunState, reduceRunEvents } from '../../../src/playbooks/runs/state.ts';
import { stepsOf, tryRun } from './engine.ts';

test('a question whose step did not wait to the end is open no longer, and the run goes on', async () => {
  const seen: RunEvent[] = [];
  const steps = [{ id: 'ask', timeoutMs: 1, onFailure: 'continue' as const }, { id: 'after' }];
  const tried = await tryRun({
    steps,
    interactive: true,
    async act({ ask }, { name }) {
      if (name === 'ask') await ask({ kind: 'confirm', text: 'Is somebody there?' });
      return {};
    },
    onEvent: (event) => seen.push(event),
  });
  const over = seen.findIndex((event) => event.type === 'step-result' && event.step === 'ask');
  expect(reduceRunEvents(initialRunState, seen.slice(0, over))).toMatchObject({ status: 'waiting' });
  const state = reduceRunEvents(initialRunState, seen.slice(0, over + 1));
  expect(state).toMatchObject({ question: undefined, status: 'running' });
  expect(tried.status).toBe('failed');
  expect(tried.records.at(-1)).toMatchObject({ step: 'after', status: 'done' });
});

test('what --yes answers does not take the place of a question that a person has before them', async () => {
  const seen: RunEvent[] = [];
  let state = initialRunState;
  const tried = await tryRun({
    steps: [{ id: 'side', kind: 'parallel', steps: stepsOf([{ id: 'typed' }, { id: 'sure' }]) }],
    interactive: true,
    assumeYes: true,
    async act({ ask }, { name }) {
      if (name === 'typed') await ask({ kind: 'typed', text: 'Type it', expect: 'it' });
      else await ask({ kind: 'confirm', text: 'Sure?' });
      return {};
    },
    onEvent(event, { questions }) {
      seen.push(event);
      state = reduceRunEvents(initialRunState, seen);
      // As the screen does: what is answered is the question that it shows.
      const open = state.question;
      if (open?.question.kind === 'typed')
        setTimeout(() => questions.answer(state.question?.id ?? '', { kind: 'typed', text: 'it' }, 'me'), 5);
    },
  });
  expect(tried.status).toBe('done');
  const order = seen.flatMap((event) => (event.type === 'question' || event.type === 'answer' ? [event.type] : []));
  expect(order).toEqual(['question', 'answer', 'question', 'answer']);
});
