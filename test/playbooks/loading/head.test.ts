import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withoutSteps } from '../../../src/playbooks/loading/load-head.ts';

const head = 'title: A\ninputs:\n  x: { description: X }\n';

describe('a playbook without its steps', () => {
  it.each([
    ['steps:\n  - title: B\n    confirm: C\nnext: [D]\n', { next: ['D'] }],
    [
      'steps: # what is done\n- title: B\n  apply: |\n    next:\n\n    - x\n# between\n\nnext:\n  - D\n',
      { next: ['D'] },
    ],
    ['steps:\n- title: B\n', {}],
  ])('keeps what stands above and below them: %j', (steps, below) => {
    const text = withoutSteps(`${head}${steps}`);
    expect(parse(text ?? '')).toEqual({ title: 'A', inputs: { x: { description: 'X' } }, ...below });
  });

  it.each(['steps: [{ title: B }]\n', '---\nsteps:\n  - a\n', '"steps":\n  - a\n'])('is not made of %j', (steps) => {
    expect(withoutSteps(steps)).toBeUndefined();
  });

  it('is what is left when `steps` is taken away, however long they are', () => {
    const step = fc.record({ title: fc.string(), text: fc.lorem({ mode: 'sentences' }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (steps, next) => {
        const written = steps.map(
          ({ title, text }) => `  - title: ${JSON.stringify(title)}\n    confirm: >-\n      ${text}\n`,
        );
        const text = `${head}steps:\n${written.join('')}next: ${JSON.stringify(next)}\n`;
        const { steps: _, ...rest } = parse(text);
        expect(parse(withoutSteps(text) ?? '')).toEqual(rest);
      }),
      { numRuns: 30 },
    );
  });
});
