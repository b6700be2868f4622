import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Answer, Question } from '../playbooks/runs/question.ts';

/**
 * Asks on the terminal until there is an answer that fits. Undefined when the signal says that it was answered elsewhere.
 * `onInterrupt` is Ctrl-C, which a terminal in this mode does not turn into a signal.
 */
export async function promptFor(
  question: Question,
  signal: AbortSignal,
  onInterrupt: () => void,
): Promise<Answer | undefined> {
  const hidden = question.kind === 'input' && question.sensitive === true;
  const terminal = createInterface({
    input: process.stdin,
    // A secret is not echoed: readline draws what is typed, so it draws nowhere.
    output: hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr,
    ...(hidden ? { terminal: true } : {}),
  });
  terminal.on('SIGINT', onInterrupt);
  try {
    for (;;) {
      if (hidden) process.stderr.write(`${promptText(question)} `);
      const typed = await terminal.question(hidden ? '' : `${promptText(question)} `, { signal });
      if (hidden) process.stderr.write('\n');
      const answer = understand(question, typed);
      if (answer) return answer;
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}

function promptText(question: Question): string {
  if (question.kind === 'confirm') return question.dangerous ? 'yes or no? [no]' : 'yes or no? [yes]';
  if (question.kind === 'typed') return `type ${question.expect}, or nothing to leave it:`;
  if (question.kind === 'input')
    return `${question.name}${question.initial ? ` [${question.initial}]` : ''}${question.sensitive ? ' (not shown)' : ''}:`;
  if (question.kind === 'offer') return `type b to ${question.label}:`;
  if (question.kind === 'choice')
    return `${question.choices.map(({ value, label }) => `${value}: ${label}`).join('; ')}?`;
  return `${question.choices.join(', ')}?`;
}

/** What somebody typed, as an answer; undefined when it is none. */
export function understand(question: Question, typed: string): Answer | undefined {
  const text = typed.trim();
  const word = text.toLowerCase();
  if (question.kind === 'typed') return { kind: 'typed', text };
  // Blanks around a secret may be part of it.
  if (question.kind === 'input' && question.sensitive) return { kind: 'input', text: typed };
  if (question.kind === 'input') return { kind: 'input', text: text === '' ? (question.initial ?? '') : text };
  if (question.kind === 'offer') return word === 'b' ? { kind: 'offer' } : undefined;
  if (question.kind === 'choice') {
    const [value, other] = question.choices
      .map((one) => one.value)
      .filter((one) => word !== '' && one.startsWith(word));
    return value !== undefined && other === undefined ? { kind: 'choice', value } : undefined;
  }
  if (question.kind === 'failure') {
    // `s` alone is both skip and stop: it is asked again.
    const [choice, other] = question.choices.filter((one) => word !== '' && one.startsWith(word));
    return choice && !other ? { kind: 'failure', choice } : undefined;
  }
  if (word === '') return { kind: 'confirm', yes: question.dangerous !== true };
  if (/^(y|yes)$/.test(word)) return { kind: 'confirm', yes: true };
  return /^(n|no)$/.test(word) ? { kind: 'confirm', yes: false } : undefined;
}
