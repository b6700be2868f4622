import { fitTo, textWidth } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { commands } from '../commands.ts';
import type { KeyBinding } from '../key-binding.ts';
import { keymap } from '../keymap.ts';
import type { Mode } from '../modes.ts';

/** Groups of modes as help calls them; every mode of the key table is in one (a test holds this). */
export const helpGroups: readonly { title: string; modes: readonly Mode[] }[] = [
  { title: 'Everywhere', modes: ['loading'] },
  { title: 'Menu', modes: ['menu'] },
  { title: 'Run', modes: ['run', 'step'] },
  { title: 'Pods', modes: ['pods'] },
  { title: 'Autoscalers and latency', modes: ['autoscalers', 'latency'] },
  { title: 'Choosing', modes: ['welcome', 'clusters', 'systems', 'runs'] },
  { title: 'Plan and inputs', modes: ['plan', 'form'] },
  { title: 'Access and queries', modes: ['access', 'queries'] },
  { title: 'Diagnosis', modes: ['diagnosis'] },
  { title: 'Checklist', modes: ['checklist'] },
  { title: 'Reading', modes: ['status', 'page', 'details', 'logs', 'faults', 'help'] },
  {
    title: 'Questions',
    modes: ['question', 'leave', 'stop', 'discard', 'problem', 'told', 'note', 'gate', 'command', 'filter'],
  },
];

/** Keys by where they count, then the commands: all made from the two tables. */
export function helpLines(width: number, theme: Theme): string[] {
  const lines: string[] = [];
  for (const { title, bindings } of helpSections()) {
    lines.push(theme.title(title), ...bindings.map((binding) => keyLine(binding, width, theme)), '');
  }
  lines.push(theme.title('Commands'));
  for (const { name, argument, description } of commands)
    lines.push(`  ${theme.key(fitTo(`:${name}${argument ? ` ${argument}` : ''}`, 26))}${description}`);
  return [
    ...lines,
    '',
    theme.title('Files'),
    '  :runs lists what was run; `tars-console runs` prints it without a screen',
    `  ${theme.dim('A run is a process of its own: closing this screen stops nothing.')}`,
  ];
}

/** Each binding once: under the first group that it counts in, or everywhere when it counts in most. */
export function helpSections(): { title: string; bindings: KeyBinding[] }[] {
  const everywhere = keymap.filter(({ where }) => where.length >= 8);
  const seen = new Set<KeyBinding>(everywhere);
  const sections = helpGroups.map(({ title, modes }) => {
    const bindings =
      title === 'Everywhere'
        ? everywhere
        : keymap.filter((one) => !seen.has(one) && one.where.some((mode) => modes.includes(mode)));
    for (const binding of bindings) seen.add(binding);
    return { title, bindings };
  });
  return sections.filter(({ bindings }) => bindings.length > 0);
}

function keyLine({ keys, description, dangerous }: KeyBinding, width: number, theme: Theme): string {
  const names = keys.map((name) => (name === ' ' ? 'space' : name)).join(' ');
  const column = Math.max(26, textWidth(names) + 2);
  const mark = dangerous ? theme.warn(` ${theme.symbols.warn} asks first`) : '';
  return `  ${theme.key(fitTo(names, column))}${description.slice(0, Math.max(10, width - column - 2))}${mark}`;
}
