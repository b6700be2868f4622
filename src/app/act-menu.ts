import { editForm, type FieldValue, shownFields, submitForm } from '../ui/form-state.ts';
import { moveIndex } from '../ui/select-state.ts';
import { openView } from './act-views.ts';
import { menuItems } from './choices.ts';
import type { FormScreen } from './form-screen.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import { openQuestion } from './modes.ts';
import { isMove } from './moves.ts';
import { openChecklist } from './open-checklist.ts';
import { openDiagnosis } from './open-diagnosis.ts';
import { type AppState, goBack, open, replace, runIsOn, type Screen, type Update, update } from './state.ts';

/** The menu: enter leads to the inputs and the plan, nothing runs from here. */
export function actMenu(state: AppState, action: ActionName): Update {
  const items = menuItems(state);
  const { index, path } = state.menu;
  if (isMove(action)) return update({ ...state, menu: { path, index: moveIndex(index, action, items.length) } });
  if (action === 'back') return menuBack(state);
  const item = items[index];
  if (!item || (action !== 'enter' && action !== 'plan')) return update(state);
  if (item.kind === 'menu')
    return update({
      ...state,
      menu: { path: [...path, indexInLevel(state, item)], index: 0 },
      filters: { ...state.filters, menu: '' },
    });
  if (item.kind === 'view') return openView(state, item.view);
  if (item.kind === 'diagnose') return openDiagnosis(state, { wanted: item.diagnose, title: item.title });
  if (item.kind === 'page') return openPage(state, item.page, item.title);
  if (item.kind === 'checklist') return openChecklist(state, item.checklist, item.title);
  return action === 'plan'
    ? toPlan(state, item.playbook, item.title, item.inputs)
    : prepare(state, item.playbook, item.title, item.inputs);
}

/** A page of the system, to be read. */
export function openPage(state: AppState, name: string, title: string): Update {
  const page = `${state.system}/${name}`;
  return update(open(state, { type: 'page', page, title, text: undefined, scroll: 0 }), { type: 'load-page', page });
}

function indexInLevel(state: AppState, item: ReturnType<typeof menuItems>[number]): number {
  return menuItems({ ...state, filters: { ...state.filters, menu: '' } }).indexOf(item);
}

function menuBack(state: AppState): Update {
  if (state.filters.menu !== '') return update({ ...state, filters: { ...state.filters, menu: '' } });
  const parent = state.menu.path.at(-1);
  if (parent !== undefined) return update({ ...state, menu: { path: state.menu.path.slice(0, -1), index: parent } });
  return update({ ...state, notice: { tone: 'info', text: ':ctx changes the cluster, q leaves' } });
}

/** Why nothing else can be begun now. */
export function runGoesOn(state: AppState): string {
  return openQuestion(state)
    ? 'A run waits for your answer: tab to it, Enter answers; x stops it'
    : 'A run is going on: wait for its end, or stop it with x';
}

/** Whether a playbook is not there at all or only faulty: its faults name its file. */
export function noPlaybook({ catalog }: AppState, playbook: string): string {
  const faulty = catalog.faults.some(([first]) => first?.includes(`playbooks/${playbook}.yaml:`));
  return faulty ? `The playbook ${playbook} has faults: :problems shows them` : `There is no playbook ${playbook}`;
}

/** On the way to a run: its inputs if it asks for any, else its plan. */
export function prepare(state: AppState, playbook: string, title: string, presets: Record<string, FieldValue>): Update {
  if (runIsOn(state))
    return update({
      ...state,
      notice: { tone: 'warn', text: runGoesOn(state) },
    });
  const entry = state.catalog.playbooks[playbook];
  if (!entry) return update({ ...state, notice: { tone: 'bad', text: noPlaybook(state, playbook) } });
  if (!entry.hasInputs) return toPlan(state, playbook, title, presets);
  return update(open(state, { type: 'form', playbook, title, presets, form: undefined }), {
    type: 'make-form',
    playbook,
    presets,
  });
}

/** The next playbook of a newcomer's way. Only the last one, which does the work, asks for its inputs. */
export function guideTo(state: AppState, playbook: string): Update {
  const title = state.catalog.playbooks[playbook]?.title ?? playbook;
  return state.guide.length > 1 ? toPlan(state, playbook, title, {}) : prepare(state, playbook, title, {});
}

/** The plan's screen; the plan itself is on its way. */
export function toPlan(state: AppState, playbook: string, title: string, inputs: Record<string, FieldValue>): Update {
  if (!state.catalog.playbooks[playbook])
    return update({ ...state, notice: { tone: 'bad', text: noPlaybook(state, playbook) } });
  const screen: Screen = {
    type: 'plan',
    playbook,
    title,
    plan: undefined,
    index: 0,
    yes: state.session?.info.sandbox === true,
  };
  return update(open(state, screen), { type: 'make-plan', playbook, inputs });
}

/** Keys of the form; enter on its button checks it whole and goes on to the plan. */
export function keyInForm(state: AppState, screen: FormScreen, key: KeyPress): Update {
  if (key.name === 'esc') return update(goBack(state), { type: 'close-view' });
  const { form } = screen;
  if (!form) return update(state);
  const onButton = form.index === shownFields(form).length;
  if (key.name !== 'enter' || !onButton)
    return update(replace(state, { ...screen, form: editForm(form, key.name, key.text) }));
  const submitted = submitForm(form);
  const next = replace(state, { ...screen, form: submitted.form });
  if (!submitted.values)
    return update({
      ...next,
      notice: { tone: 'bad', text: 'Something is missing or wrong; the first of it is marked' },
    });
  return toPlan(next, screen.playbook, screen.title, { ...screen.presets, ...submitted.values });
}
