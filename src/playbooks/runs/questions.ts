import { Problem } from '../../base/errors.ts';
import type { Answer, Offer, Question } from './question.ts';
import type { RunSink } from './run-sink.ts';

export interface Questions {
  /**
   * Records the question, waits for its answer however long, and records that. Steps that run side by side ask one after the
   * other. Throws when nobody can be asked.
   */
  ask(step: string, question: Question, signal: AbortSignal): Promise<Answer>;
  /**
   * Records what a person may do now and lets the step go on; true when somebody does it before the signal ends it. Nothing waits for
   * it, and where nobody is there it is not made: false at once.
   */
  offer(step: string, offer: Offer, signal: AbortSignal): Promise<boolean>;
  /** An answer from outside; one that fits no open question is passed over. */
  answer(id: string, answer: Answer, by: string): void;
  /** Whether a person may answer. */
  readonly interactive: boolean;
}

export interface QuestionOptions {
  sink: Pick<RunSink, 'record' | 'masker'>;
  /** Says yes to every `confirm`; never to what must be typed. */
  assumeYes: boolean;
  interactive: boolean;
  /** Of the newest question in the journal, so that ids stay unique in a resumed run. */
  asked: number;
}

export function createQuestions({ sink, assumeYes, interactive, asked }: QuestionOptions): Questions {
  let count = asked;
  const open = new Map<string, { question: Question; settle: (answer: Answer, by: string) => void }>();
  let asking: Promise<unknown> = Promise.resolve();
  return {
    interactive,
    async ask(step, question, signal) {
      const byItself = assumeYes && question.kind === 'confirm';
      if (!byItself && !interactive) throw unanswerable(question);
      signal.throwIfAborted();
      const before = asking;
      const own = (async () => {
        // Also what is answered by itself: it would take the place of what a person is asked.
        await before;
        signal.throwIfAborted();
        const id = record(step, question);
        return byItself ? sayYes(id) : waitFor(id, question, signal);
      })();
      asking = own.catch(() => {});
      return own;
    },
    async offer(step, offer, signal) {
      if (!interactive || signal.aborted) return false;
      return waitFor(record(step, offer), offer, signal).then(
        () => true,
        (error) => {
          if (signal.aborted) return false;
          throw error;
        },
      );
    },
    answer(id, answer, by) {
      const waiting = open.get(id);
      if (waiting && fits(waiting.question, answer)) waiting.settle(answer, by);
    },
  };

  function record(step: string, question: Question): string {
    count += 1;
    const id = `q${count}`;
    sink.record({ type: 'question', id, step, question });
    return id;
  }

  function sayYes(id: string): Answer {
    const answer: Answer = { kind: 'confirm', yes: true };
    sink.record({ type: 'answer', id, answer, by: '--yes' });
    return answer;
  }

  function waitFor(id: string, question: Question, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        open.delete(id);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      open.set(id, {
        question,
        settle(answer, by) {
          open.delete(id);
          signal.removeEventListener('abort', leave);
          if (question.kind === 'input' && question.sensitive && answer.kind === 'input') sink.masker.add(answer.text);
          try {
            sink.record({ type: 'answer', id, answer: recorded(question, answer), by });
            resolve(answer);
          } catch (error) {
            // Nothing follows from an answer that cannot be written down.
            reject(error);
          }
        },
      });
    });
  }
}

/** A sensitive text is not written down, however short it is. */
function recorded(question: Question, answer: Answer): Answer {
  return question.kind === 'input' && question.sensitive ? { kind: 'input', text: '' } : answer;
}

function fits(question: Question, answer: Answer): boolean {
  if (question.kind !== answer.kind) return false;
  if (question.kind === 'failure') return answer.kind === 'failure' && question.choices.includes(answer.choice);
  if (question.kind === 'choice')
    return answer.kind === 'choice' && question.choices.some(({ value }) => value === answer.value);
  return ['confirm', 'offer'].includes(answer.kind) || ('text' in answer && typeof answer.text === 'string');
}

function unanswerable(question: Question): Problem {
  const next = answerOtherwise(question);
  return new Problem('There is nobody to answer', {
    where: question.text,
    evidence: 'details' in question ? (question.details ?? []) : [],
    next,
  });
}

function answerOtherwise(question: Question): string[] {
  if (question.kind === 'typed')
    return [
      ...(question.input ? [`Name it by its input: --set ${question.input}=${question.expect}`] : []),
      'Or run it in a terminal and type it there.',
    ];
  if (question.kind === 'choice' || question.kind === 'input')
    return [...(question.kind === 'choice' && question.next ? [question.next] : []), 'Or run it in a terminal.'];
  return ['Give --yes to answer yes to it, or run it in a terminal.'];
}
