import { expect, it } from 'vitest';
import { endsOf, openPlaybook, workspaceOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { connection } = await openStepCluster();

const files = {
  'manifests/site.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: site }\ndata: { name: none }\n',
  'sites.yaml': `title: Sites
inputs: { sites: { description: Names, default: 'north,south' } }
steps:
  - id: sites
    title: Every site
    foreach: \${{ inputs.sites.split(",") }}
    as: site
    at-once: 2
    steps:
      - id: made
        title: Make it
        apply: manifests/site.yaml
        set:
          - { select: ConfigMap/site, path: data.name, value: '\${{ site }}' }
          - { select: ConfigMap/site, path: metadata.name, value: 'site-\${{ site }}' }
      - { id: marked, title: Mark it, label: { objects: ['ConfigMap/site-\${{ site }}'], labels: { team: shop } } }
  - id: all
    title: All of them
    check:
      collect: { made: { list: v1/ConfigMap, selector: team=shop } }
      findings:
        - title: As many as there are items
          expect: made.size() == steps.sites.outputs.results.size()
          expected: \${{ steps.sites.outputs.results.map(one, one.item).join(",") }}
          observed: \${{ made.map(one, one.data.name).join(",") }}
`,
};

it('does its steps for each item of an input, and tells later steps what became of each', async () => {
  const playbook = await openPlaybook(connection, 'test/sites', { sites: 'east,west,north' }, workspaceOf(files));
  const { status, records } = await playbook.run(await playbook.plan());
  expect(status).toBe('done');
  const ends = endsOf(records);
  for (const site of ['east', 'west', 'north'])
    expect(ends).toMatchObject({ [`sites/${site}/made`]: 'done', [`sites/${site}/marked`]: 'done' });
  const results = records.flatMap((record) => (record.type === 'step-result' ? [record] : []));
  const finding = results.find(({ step }) => step === 'all')?.findings?.[0];
  expect(finding).toMatchObject({ level: 'ok', expected: 'east,west,north' });
});

it('of no items does nothing, and is done', async () => {
  const workspace = workspaceOf({
    ...files,
    'sites.yaml': files['sites.yaml'].replace('inputs.sites.split(",")', '[]'),
  });
  const playbook = await openPlaybook(connection, 'test/sites', {}, workspace);
  const { records } = await playbook.run(await playbook.plan());
  expect(endsOf(records).sites).toBe('done');
  expect(Object.keys(endsOf(records))).not.toContain('sites/north/made');
});
