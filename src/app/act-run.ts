import type { Answer, FailureChoice, Question } from '../playbooks/runs/question.ts';
import { moveIndex } from '../ui/select-state.ts';
import { editText, insertText, type TextState, textState } from '../ui/text-state.ts';
import { toContexts, watchRun } from './act-choose.ts';
import { guideTo } from './act-menu.ts';
import { chosenRun } from './choices.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import { openOffer, openQuestion } from './modes.ts';
import { isMove } from './moves.ts';
import { enterLeadsTo, pointedStep, stepsOf } from './run-reading.ts';
import { type AppState, goBack, open, runIsOn, toDashboard, type Update, update } from './state.ts';

/** The run's pane: moving points at steps, esc follows the running one again, then leads to the menu. */
export function actRun(state: AppState, action: ActionName): Update {
  const { run } = state;
  if (!run) return update(toDashboard(state, 'menu'));
  const steps = stepsOf(run);
  if (isMove(action)) {
    const pointed = moveIndex(pointedStep(run), action, steps.length);
    return update({ ...state, run: { ...run, pointed } });
  }
  if (action === 'back') {
    if (run.pointed !== undefined && runIsOn(state)) return update({ ...state, run: { ...run, pointed: undefined } });
    // One that was opened from the history leads back there.
    return update(state.back.length > 0 ? goBack(state) : toDashboard(state, 'menu'));
  }
  if (action === 'resume') {
    const entry = chosenRun(state);
    return entry ? watchRun(state, entry, true) : update(state);
  }
  if (action === 'enter') return enterRun(state);
  if (action === 'details' || action === 'logs') return openStep(state, action === 'logs' ? 'end' : 'start');
  return update(state);
}

/** Enter does what comes next: answers the question that waits, goes on after the end, else shows the step. */
function enterRun(state: AppState): Update {
  const question = openQuestion(state);
  if (question) return update(ask(state, question));
  const [next] = state.guide;
  const leadsTo = enterLeadsTo(state);
  if (leadsTo === 'onward' && next) return guideTo(state, next);
  if (leadsTo !== 'menu') return openStep(state, 'start');
  return state.session?.info.none ? toContexts(state) : update(toDashboard(state, 'menu'));
}

function openStep(state: AppState, at: 'start' | 'end'): Update {
  const { run } = state;
  if (!run || stepsOf(run).length === 0) return update(state);
  const scroll = at === 'end' ? Number.MAX_SAFE_INTEGER : 0;
  return update(open(state, { type: 'step', index: pointedStep(run), scroll }));
}

/** Puts the run's question over the screen. */
export function ask(state: AppState, { id, question }: { id: string; question: Question }): AppState {
  return {
    ...state,
    overlay: { type: 'question', id, index: firstChoice(question), text: textOf(question), sent: false },
  };
}

function textOf(question: Question): TextState {
  return question.kind === 'input' && question.initial !== undefined && !question.sensitive
    ? insertText(textState(), question.initial)
    : textState();
}

/** One key does what a step that goes on offers. */
export function takeOffer(state: AppState): Update {
  const { run } = state;
  const offer = openOffer(state);
  if (!run || !offer) return update(state);
  const notice = { tone: 'info' as const, text: `${offer.question.label}: it is on its way` };
  return update({ ...state, notice }, { type: 'answer', run: run.id, question: offer.id, answer: { kind: 'offer' } });
}

export function questionChoices(question: Question): string[] {
  if (question.kind === 'confirm') return ['Yes', 'No'];
  if (question.kind === 'choice') return question.choices.map(({ label }) => label);
  return question.kind === 'failure' ? question.choices : [];
}

// What is dangerous must be chosen on purpose.
function firstChoice(question: Question): number {
  return question.kind === 'confirm' && question.dangerous ? 1 : 0;
}

export function actQuestion(state: AppState, action: ActionName): Update {
  const open = openQuestion(state);
  const { overlay } = state;
  if (overlay?.type !== 'question' || !open || overlay.sent) return update({ ...state, overlay: undefined });
  const { question } = open;
  const count = questionChoices(question).length;
  if (action === 'up' || action === 'down') {
    if (count === 0) return update(state);
    return update({ ...state, overlay: { ...overlay, index: moveIndex(overlay.index, action, count) } });
  }
  if (action === 'back')
    return update({
      ...state,
      overlay: undefined,
      notice: { tone: 'info', text: 'The run waits for your answer; Enter in its pane asks again' },
    });
  if (action === 'logs') return openStep({ ...state, overlay: undefined }, 'end');
  const answer = answerOf(question, action, overlay.index);
  return answer ? send(state, answer) : update(state);
}

function answerOf(question: Question, action: ActionName, index: number): Answer | undefined {
  if (question.kind === 'confirm') {
    if (action === 'yes' || action === 'no') return { kind: 'confirm', yes: action === 'yes' };
    return action === 'enter' ? { kind: 'confirm', yes: index === 0 } : undefined;
  }
  if (question.kind === 'choice') {
    const choice = action === 'enter' ? question.choices[index] : undefined;
    return choice && { kind: 'choice', value: choice.value };
  }
  if (question.kind !== 'failure') return undefined;
  const wanted: FailureChoice | undefined =
    action === 'enter' ? question.choices[index] : action === 'retry' || action === 'skip' ? action : undefined;
  return wanted && question.choices.includes(wanted) ? { kind: 'failure', choice: wanted } : undefined;
}

function send(state: AppState, answer: Answer): Update {
  const { overlay, run } = state;
  if (overlay?.type !== 'question' || !run) return update(state);
  return update(
    { ...state, overlay: { ...overlay, sent: true } },
    { type: 'answer', run: run.id, question: overlay.id, answer },
  );
}

/** Keys of a question that wants a name or a value typed. */
export function keyInTypedQuestion(state: AppState, key: KeyPress): Update {
  const open = openQuestion(state);
  const { overlay } = state;
  if (overlay?.type !== 'question' || !open || overlay.sent) return update(state);
  if (key.name === 'esc') return actQuestion(state, 'back');
  if (key.name !== 'enter')
    return update({ ...state, overlay: { ...overlay, text: editText(overlay.text, key.name, key.text) } });
  const { question } = open;
  if (question.kind === 'input') return send(state, { kind: 'input', text: overlay.text.value });
  if (question.kind !== 'typed') return update(state);
  const text = overlay.text.value.trim();
  if (text === question.expect) return send(state, { kind: 'typed', text });
  return update({
    ...state,
    notice: { tone: 'warn', text: `That is not "${question.expect}"; nothing was done` },
  });
}
