import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlaybookFile } from '../../../src/playbooks/loading/load-playbook.ts';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { diagnosticLines } from '../../../src/yaml/diagnostics.ts';

const root = mkdtempSync(join(tmpdir(), 'tars-console-load-'));
mkdirSync(join(root, 'shop'));
writeFileSync(
  join(root, 'shop/inner.yaml'),
  'title: Inner\nsteps: [{ id: say, title: Say, http: { service: "a:80" }, outputs: { text: body.text } }]\n',
);

/** What a playbook is read as; every diagnostic where it is faulty. */
function read(text: string): Playbook | string[] {
  const file = join(root, 'shop/it.yaml');
  writeFileSync(file, text);
  const { value, diagnostics } = loadPlaybookFile(file, { roots: [{ folder: root, source: 'bundled' }], stepKinds });
  return value ?? diagnostics.flatMap(diagnosticLines);
}

describe('steps inside of steps', () => {
  it('are read into the model, with all that their forms say', () => {
    const playbook = read(`title: T
at-once: 3
steps:
  - id: both
    title: Both
    at-once: 2
    parallel:
      - id: one
        title: One
        http: { service: 'a:80' }
        needs: []
        undo: never
        retry: { times: 3, every: 1s, back-off: 2, at-most: 30s }
      - id: two
        title: Two
        playbook: shop/inner
        on-failure: { rescue: [{ id: repair, title: Repair, confirm: 'Again?' }] }
  - id: each
    title: Each
    foreach: [a, b]
    as: part
    steps:
      - { id: size, title: Size, scale: { workload: 'Deployment/\${{ part }}', replicas: 2 }, on-failure: undo }
  - { id: last, title: Last, confirm: 'Done?', on-failure: undo-all, undo: [{ id: back, title: Back, confirm: 'Back?' }] }
`);
    expect(playbook).toMatchObject({
      atOnce: 3,
      // Called playbooks are found by the step that calls them, wherever it stands.
      calls: { two: { ref: 'shop/inner', steps: [{ id: 'say' }] } },
      steps: [
        {
          id: 'both',
          kind: 'parallel',
          config: { 'at-once': 2 },
          steps: [
            {
              id: 'one',
              needs: [],
              undo: 'never',
              retry: { times: 3, everyMs: 1000, backOff: 2, atMostMs: 30_000 },
            },
            {
              id: 'two',
              onFailure: 'rescue',
              rescue: [{ id: 'repair', kind: 'confirm', line: 17 }],
            },
          ],
        },
        {
          id: 'each',
          config: { foreach: ['a', 'b'], as: 'part' },
          steps: [{ id: 'size', onFailure: 'undo', config: { scale: { replicas: 2 } } }],
        },
        { id: 'last', onFailure: 'undo-all', undo: 'steps', undoSteps: [{ id: 'back' }] },
      ],
    });
    // The steps themselves are no option of the step that holds them.
    expect(JSON.stringify((playbook as Playbook).steps.map(({ config }) => config))).not.toContain('title');
  });

  it('are seen by later ones, with what they put out', () => {
    const text = (when: string) => `title: T
steps:
  - title: Both
    id: both
    parallel:
      - { id: one, title: One, scale: { workload: Deployment/a, replicas: 2 } }
      - { id: two, title: Two, playbook: shop/inner }
      - { id: deep, title: Deep, parallel: [{ id: deeper, title: Deeper, http: { service: 'a:80' } }] }
  - id: each
    title: Each
    foreach: \${{ ["a", "b"] }}
    steps:
      - { id: first, title: First, http: { service: 'a:80' }, when: item != steps.one.status }
      - { id: second, title: Second, confirm: '\${{ steps.first.outputs.status }} of \${{ item }}?' }
  - { id: last, title: Last, when: ${JSON.stringify(when)}, confirm: 'Done?' }
`;
    for (const sound of [
      'steps.one.outputs.replicas == 2.0',
      'steps.both.outputs.one.replicas == 2.0',
      'steps.deeper.outputs.status < 300',
      'steps.two.outputs.say.text == "a"',
      'steps.each.outputs.results.exists(r, r.item == "a" && r.first.status == 200)',
      'steps.one.problem == "" && steps["one"].status == "done"',
      'steps.?one.outputs.?replicas.orValue(1.0) == 2.0',
    ])
      expect(read(text(sound)), sound).toMatchObject({ title: 'T' });
    for (const [faulty, message] of [
      ['steps.one.outputs.replicas == "2"', 'these types do not go together: double == string'],
      ['steps.two.outputs.say.txt == "a"', 'the step `two` puts out no `txt`'],
      ['steps.both.outputs.three.x == 1', 'the step `both` puts out no `three`'],
      ['steps.first.status == "done"', 'the step `first` runs once for each item of `each`'],
    ] as const)
      expect((read(text(faulty)) as string[])[0], faulty).toContain(message);
  });

  it('wait for what the steps around them have waited for', () => {
    const text = (needs: string) => `title: T
steps:
  - { id: a, title: A, confirm: 'A?' }
  - { id: b, title: B, confirm: 'B?', needs: [] }
  - id: group
    title: Group
    needs: [${needs}]
    parallel:
      - { id: inner, title: Inner, when: steps.a.status == "done", confirm: 'Inner?' }
`;
    expect(read(text('a'))).toMatchObject({ title: 'T' });
    expect((read(text('b')) as string[]).join('\n')).toContain(
      'name it in the `needs` of the step that holds this one',
    );
  });
});

describe('the program’s own playbooks', () => {
  it('are read for a menu without holding them against each other, and whole before they are run', () => {
    const file = join(root, 'shop/own.yaml');
    writeFileSync(
      file,
      'title: T\nsteps:\n  - { id: call, title: C, playbook: shop/inner }\n  - { title: A, when: inputs.none, confirm: "Yes?" }\n',
    );
    const options = { roots: [{ folder: root, source: 'bundled' as const }], stepKinds };
    const { value, diagnostics } = loadPlaybookFile(file, { ...options, source: 'bundled', quick: true });
    expect([value?.calls.call?.ref, diagnostics]).toEqual(['shop/inner', []]);
    expect(loadPlaybookFile(file, { ...options, source: 'bundled' }).value).toBeUndefined();
    expect(loadPlaybookFile(file, { ...options, source: 'workspace', quick: true }).value).toBeUndefined();
  });
});
