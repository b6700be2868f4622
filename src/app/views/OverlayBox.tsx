import { Box } from 'ink';
import { printable, printableLine } from '../../base/printable.ts';
import { currentIndex } from '../../playbooks/current-step.ts';
import type { Question } from '../../playbooks/runs/question.ts';
import { findingLines } from '../../playbooks/step-details.ts';
import { Lines } from '../../ui/Lines.tsx';
import { problemLines } from '../../ui/problem-lines.ts';
import { truncate, wrap } from '../../ui/text.ts';
import { textInputLine } from '../../ui/text-input.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { leaveChoices, yesNo } from '../act-overlay.ts';
import { questionChoices } from '../act-run.ts';
import { gateChoices, gateExpects } from '../gate-answers.ts';
import { openQuestion } from '../modes.ts';
import type { AppState, Overlay } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { column, row } from './answer-rows.ts';
import { noteDialog } from './checklist-lines.ts';
import { type Dialog, dialogBox } from './dialog-box.ts';
import { gateText } from './gate-lines.ts';

/** What lies over the screen: a question, a message. A box in the middle, drawn as one text of full lines. */
export function OverlayBox({ columns, rows }: { columns: number; rows: number }) {
  const theme = useTheme();
  const app = useApp();
  const state = useAppState((all) => all);
  const width = Math.min(columns - 4, 76);
  const dialog = dialogOf(state, width - 4, theme);
  if (!dialog) return null;
  const { lines, look } = dialogBox(dialog, width, rows - 4, theme);
  // Keys read on by what is drawn.
  app.look.dialog = look;
  return (
    <Box
      position="absolute"
      marginLeft={Math.floor((columns - width) / 2)}
      marginTop={Math.max(1, Math.floor((rows - lines.length) / 2))}
    >
      <Lines lines={lines} width={width} />
    </Box>
  );
}

function dialogOf(state: AppState, width: number, theme: Theme): Dialog | undefined {
  const { overlay } = state;
  switch (overlay?.type) {
    case 'problem':
      return {
        title: 'That did not work',
        tone: 'bad',
        lines: [
          '',
          ...problemLines(overlay.problem, width, theme),
          '',
          theme.dim(`${theme.symbols.enter} closes this; everything else can be used`),
        ],
      };
    case 'told':
      return {
        title: overlay.title,
        tone: 'borderFocused',
        lines: ['', ...wrap(printable(overlay.text), width)],
        foot: ['', theme.dim(`${theme.symbols.enter} closes this`)],
        scroll: 0,
      };
    case 'note':
      return noteDialog(overlay, width, theme);
    case 'leave':
      return {
        title: 'A run is going on',
        tone: 'warn',
        lines: [
          '',
          ...wrap(
            'It is a process of its own: it goes on without this screen, and opening the console again finds it.',
            width,
          ),
          '',
          ...column(leaveChoices, overlay.index, width, theme),
          '',
        ],
      };
    case 'stop':
      return {
        title: 'Stop the run?',
        tone: 'warn',
        lines: [
          '',
          ...wrap('What it does right now is finished first. It can be resumed later.', width),
          '',
          ...row(yesNo, overlay.index, width, theme),
          '',
        ],
      };
    case 'discard':
      return {
        title: 'Forget this run?',
        tone: 'warn',
        lines: [
          '',
          ...wrap(`${overlay.run} goes from the history. What it did on the cluster stays.`, width),
          '',
          ...row(yesNo, overlay.index, width, theme),
          '',
        ],
      };
    case 'gate':
      return gateDialog(overlay, width, theme);
    case 'question':
      return questionDialog(state, overlay, width, theme);
    default:
      return undefined;
  }
}

function gateDialog(overlay: Extract<Overlay, { type: 'gate' }>, width: number, theme: Theme): Dialog {
  const { gate, index, text } = overlay;
  const { title, lines } = gateText(gate, width, theme);
  const expect = gateExpects(gate);
  const input = textInputLine({ state: text, width: width - 4, focused: true, theme });
  const typed = [theme.dim(`Type ${expect} to go on; esc leaves it`), `${theme.symbols.pointer} ${input}`];
  const answer = expect === undefined ? row(gateChoices(gate), index, width, theme) : typed;
  const tone = gate.kind === 'held' ? 'borderFocused' : 'warn';
  return { title, tone, lines: ['', ...lines], foot: ['', ...answer, ''], scroll: overlay.scroll };
}

function questionDialog(
  state: AppState,
  overlay: Extract<Overlay, { type: 'question' }>,
  width: number,
  theme: Theme,
): Dialog | undefined {
  const open = openQuestion(state);
  if (!open) return undefined;
  const { question } = open;
  const failed = question.kind === 'failure';
  const dangerous = question.kind === 'typed' || (question.kind === 'confirm' && question.dangerous === true);
  return {
    title: failed ? 'A step failed' : 'The run asks',
    tone: failed ? 'bad' : dangerous ? 'warn' : 'borderFocused',
    lines: [
      '',
      ...questionText(state, question, width, theme),
      '',
      ...answerLines(question, overlay, width, theme),
      '',
    ],
  };
}

function questionText(state: AppState, question: Question, width: number, theme: Theme): string[] {
  const text = wrap(printable(question.text), width).map(theme.strong);
  if (question.kind !== 'failure') {
    return [
      ...text,
      ...('details' in question ? (question.details ?? []) : []).flatMap((line) =>
        wrap(printable(line), width - 2).map((part) => `  ${part}`),
      ),
    ];
  }
  const run = state.run?.state;
  const step = run?.steps[currentIndex(run)];
  const problem = step?.now.status === 'failed' ? step.now.problem : undefined;
  if (step?.now.status === 'not-met') {
    const wrong = step.now.findings.filter(({ level }) => level !== 'ok');
    return [...text, '', ...findingLines(wrong, width, theme)];
  }
  if (!problem) return text;
  return [
    theme.strong(truncate(printableLine(step?.title ?? ''), width, theme.symbols.ellipsis)),
    ...problemLines(problem, width, theme),
  ];
}

function answerLines(
  question: Question,
  overlay: Extract<Overlay, { type: 'question' }>,
  width: number,
  theme: Theme,
): string[] {
  if (overlay.sent) return [theme.dim('answered')];
  if (question.kind === 'typed') {
    const input = textInputLine({ state: overlay.text, width: width - 4, focused: true, theme });
    return [
      theme.dim(`Type ${question.expect} to go on; esc leaves it for later`),
      `${theme.symbols.pointer} ${input}`,
    ];
  }
  if (question.kind === 'input') {
    const mask = question.sensitive ? { masked: true } : {};
    const input = textInputLine({ state: overlay.text, width: width - 4, focused: true, theme, ...mask });
    return [theme.dim('Enter gives it; esc leaves it for later'), `${theme.symbols.pointer} ${input}`];
  }
  if (question.kind === 'choice') return column(questionChoices(question), overlay.index, width, theme);
  const words: Record<string, string> = {
    retry: 'Retry',
    skip: 'Skip this step',
    undo: 'Take it back',
    stop: 'Stop the run',
  };
  const choices = questionChoices(question).map((one) => words[one] ?? one);
  return row(choices, overlay.index, width, theme);
}
