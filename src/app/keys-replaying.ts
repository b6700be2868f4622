import { chosenRun } from './choices.ts';
import type { KeyBinding } from './key-binding.ts';
import type { AppState } from './state.ts';

const noRun = (state: AppState) => (chosenRun(state) ? undefined : 'There is no run to choose');
const noReplay = ({ run }: AppState) =>
  run?.replayed && run.following ? undefined : 'This counts for a run that is shown again: R, then p';

/** Keys that read what was run: its report, and the run once more. */
export const replayingKeys: readonly KeyBinding[] = [
  {
    id: 'replay',
    keys: ['p'],
    label: 'p',
    hint: 'replay',
    description: 'shows the run again, from its records',
    where: ['runs'],
    footer: 36,
    disabledReason: noRun,
  },
  {
    id: 'report',
    keys: ['e'],
    label: 'e',
    hint: 'report',
    description: 'writes the run’s report as HTML and says where',
    where: ['runs'],
    footer: 37,
    disabledReason: noRun,
  },
  {
    id: 'pause',
    keys: [' '],
    label: 'space',
    hint: 'pause',
    description: 'of a replay: stops it and goes on',
    where: ['run'],
    footer: 21,
    disabledReason: noReplay,
  },
  {
    id: 'faster',
    keys: ['+'],
    label: '+ -',
    hint: 'speed',
    description: 'of a replay: twice as fast',
    where: ['run'],
    footer: 22,
    disabledReason: noReplay,
  },
  {
    id: 'slower',
    keys: ['-'],
    label: '-',
    hint: 'slower',
    description: 'of a replay: half as fast',
    where: ['run'],
    disabledReason: noReplay,
  },
  {
    id: 'step-on',
    keys: ['.'],
    label: '.',
    hint: 'next record',
    description: 'of a replay: on to the next record at once',
    where: ['run'],
    footer: 23,
    disabledReason: noReplay,
  },
];
