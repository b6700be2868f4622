import type { Gate, Passage } from '../playbooks/runs/gate.ts';
import { moveIndex } from '../ui/select-state.ts';
import { editText, textState } from '../ui/text-state.ts';
import { attach } from './attached-run.ts';
import type { BeginEffect } from './effect.ts';
import { gateExpects } from './gate-answers.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import type { DialogLook } from './look.ts';
import { scrolled } from './moves.ts';
import { type AppState, type Overlay, toDashboard, type Update, update } from './state.ts';

type GateOverlay = Extract<Overlay, { type: 'gate' }>;

/** A run does not begin before a person has said something. */
export function openGate(state: AppState, gate: Gate, begin: BeginEffect): Update {
  const run = begin.type === 'resume' && state.run ? { ...state.run, following: false } : state.run;
  // Following is what one would want; to agree must be a choice.
  const index = gate.kind === 'held' ? 0 : 1;
  return update({
    ...state,
    run,
    busy: undefined,
    overlay: { type: 'gate', gate, begin, index, text: textState(), scroll: 0 },
  });
}

export function actGate(state: AppState, overlay: GateOverlay, action: ActionName, seen: DialogLook): Update {
  const closed: AppState = { ...state, overlay: undefined };
  const { gate, index } = overlay;
  if (action === 'up' || action === 'down')
    return update({ ...state, overlay: { ...overlay, index: moveIndex(index, action, 2) } });
  if (action === 'page-up' || action === 'page-down')
    return update({
      ...state,
      overlay: { ...overlay, scroll: scrolled(overlay.scroll, action, seen.lines, seen.height) },
    });
  if (action === 'back' || action === 'no') return update(closed);
  if (action !== 'enter' && action !== 'yes') return update(state);
  if (action === 'enter' && index === 1) return update(closed);
  if (gate.kind === 'held')
    return update(toDashboard({ ...closed, run: attach(gate.run) }, 'run'), { type: 'follow', run: gate.run });
  if (gate.kind !== 'outside') return update(state);
  // What nobody has seen nobody has agreed to.
  if (overlay.scroll + seen.height < seen.lines)
    return update({ ...state, notice: { tone: 'warn', text: 'There is more of it to read first: PgDn reads on' } });
  return pass(closed, overlay, { trust: gate.hash });
}

/** Keys where a name is to be typed. */
export function keyInGate(state: AppState, overlay: GateOverlay, key: KeyPress): Update {
  const { gate, text } = overlay;
  if (key.name === 'esc') return update({ ...state, overlay: undefined });
  if (key.name !== 'enter')
    return update({ ...state, overlay: { ...overlay, text: editText(text, key.name, key.text) } });
  const expect = gateExpects(gate);
  if (text.value.trim() !== expect)
    return update({ ...state, notice: { tone: 'warn', text: `That is not "${expect}"; nothing was done` } });
  const closed: AppState = { ...state, overlay: undefined };
  if (gate.kind === 'production') return pass(closed, overlay, { confirmedContext: gate.context });
  if (gate.kind !== 'dead') return update(state);
  const { run, resourceVersion } = gate;
  return pass(closed, overlay, { takeOver: { run, resourceVersion } });
}

function pass(state: AppState, { begin }: GateOverlay, said: Passage): Update {
  return update(
    { ...state, busy: begin.type === 'tick' ? 'Ticking' : 'Starting the run' },
    { ...begin, passage: { ...begin.passage, ...said } },
  );
}
