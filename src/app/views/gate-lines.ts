import { printable, printableLine } from '../../base/printable.ts';
import type { Gate } from '../../playbooks/runs/gate.ts';
import { wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';

/** The title of the box in which a gate is passed, and why it is there. */
export function gateText(gate: Gate, width: number, theme: Theme): { title: string; lines: string[] } {
  const say = (text: string) => wrap(printable(text), width);
  switch (gate.kind) {
    case 'outside':
      return {
        title: 'This acts outside the cluster',
        lines: [
          ...say(
            `${gate.playbook} is this folder’s own (${gate.workspace}). On this machine or on others it does this:`,
          ),
          '',
          ...gate.steps.flatMap((step) => wrap(printable(step), width - 2).map((part) => `  ${part}`)),
          '',
          ...say('It is remembered; what changes later is asked about again.'),
        ],
      };
    case 'production':
      return {
        title: 'Production',
        lines: [`${theme.badge(' PRODUCTION ')} ${theme.warn(theme.strong(printableLine(gate.context)))}`],
      };
    case 'held':
      return {
        title: 'Another run is going on',
        lines: say(`The run ${gate.run} of ${gate.who} holds ${gate.system} on this cluster. It can be followed here.`),
      };
    case 'dead':
      return {
        title: 'A run that is gone holds this',
        lines: [
          ...say(`The run ${gate.run} of ${gate.who} still holds ${gate.system} on this cluster: ${gate.why}.`),
          ...say('It may have left things half done. To take over, type its id; to go on with it, resume it instead.'),
        ],
      };
  }
}
