import { type ChecklistReport, type ItemState, withTicks } from '../playbooks/checklists/checklist-report.ts';
import { longestNote, type Ticks } from '../playbooks/checklists/tick.ts';
import { moveIndex } from '../ui/select-state.ts';
import { editText, textState } from '../ui/text-state.ts';
import { openPage, prepare } from './act-menu.ts';
import { type ChecklistScreen, chosenItem } from './checklist-screen.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import type { Look } from './look.ts';
import { isMove, scrolled } from './moves.ts';
import { type AppState, goBack, type Overlay, replace, type Update, update } from './state.ts';

const say = (state: AppState, text: string, tone: 'info' | 'warn' = 'info'): Update =>
  update({ ...state, notice: { tone, text } });

/** Keys of the list: an item is chosen, ticked or unticked; enter leads to what does it. */
export function actChecklist(state: AppState, screen: ChecklistScreen, action: ActionName, look: Look): Update {
  const { checklist, report } = screen;
  if (action === 'back') return update(goBack(state), { type: 'stop-checklist' });
  if (action === 'again')
    return screen.asking
      ? update(state)
      : update(replace(state, { ...screen, asking: true }), { type: 'check-list', checklist });
  if (action === 'page-up' || action === 'page-down')
    return update(replace(state, { ...screen, from: scrolled(screen.from, action, look.lines, look.height) }));
  if (isMove(action)) {
    const index = moveIndex(screen.index, action, report?.items.length ?? 0);
    return update(replace(state, { ...screen, index, from: 0 }));
  }
  const item = chosenItem(screen);
  if (!report || !item) return say(state, 'It is still being looked');
  if (action === 'export') return update(state, { type: 'export-checklist', report });
  if (action === 'tick') return openNote(state, item);
  return action === 'enter' ? lead(state, item) : update(state);
}

/** A note is asked for; what the program finds to be so needs no tick. */
function openNote(state: AppState, item: ItemState): Update {
  if (item.mark === 'ok' && !item.tick) return say(state, 'Its check says that it is so: there is nothing to tick');
  return update({ ...state, overlay: { type: 'note', item, text: textState() } });
}

/** To the playbook that does what the item asks for, or to the page that says how. */
function lead(state: AppState, { fix: own, findings, page, title }: ItemState): Update {
  const fix = own ?? findings.find(({ level, fix: found }) => level !== 'ok' && found)?.fix;
  if (fix) {
    const name = fix.title ?? state.catalog.playbooks[fix.playbook]?.title ?? fix.playbook;
    return prepare(state, fix.playbook, name, fix.with ?? {});
  }
  if (page !== undefined) return openPage(state, page, title);
  return say(state, 'No playbook does this, and no page: its description says how');
}

type NoteOverlay = Extract<Overlay, { type: 'note' }>;

/** Keys of the note: enter ticks with it, or takes the tick away where there is one; esc leaves it as it is. */
export function keyInNote(state: AppState, overlay: NoteOverlay, key: KeyPress): Update {
  const closed: AppState = { ...state, overlay: undefined };
  const { item, text } = overlay;
  if (key.name === 'esc') return update(closed);
  if (key.name !== 'enter') {
    if (item.tick) return update(state);
    return update({ ...state, overlay: { ...overlay, text: editText(text, key.name, key.text) } });
  }
  const note = text.value.trim();
  if (!item.tick && note === '') return say(state, 'A tick needs a note: what was done, or why it is so', 'warn');
  if (note.length > longestNote) return say(state, `The note is longer than ${longestNote} characters`, 'warn');
  const { screen } = state;
  if (screen.type !== 'checklist') return update(closed);
  return update(closed, {
    ...{ type: 'tick', checklist: screen.checklist, item: item.id, seen: item.tick ?? null },
    note: item.tick ? undefined : note,
  });
}

/** Shows what was found, unless something else is looked at by now. */
export function checklistArrived(
  state: AppState,
  { checklist, report }: { checklist: string; report: ChecklistReport },
): AppState {
  const { screen } = state;
  if (screen.type !== 'checklist' || screen.checklist !== checklist) return state;
  return replace(state, { ...screen, report, asking: false, index: Math.min(screen.index, report.items.length - 1) });
}

/** Shows what is ticked now. */
export function ticksArrived(before: AppState, checklist: string, ticks: Ticks): AppState {
  const state = { ...before, busy: undefined };
  const { screen } = state;
  if (screen.type !== 'checklist' || screen.checklist !== checklist || !screen.report) return state;
  return replace(state, { ...screen, report: withTicks(screen.report, ticks) });
}
