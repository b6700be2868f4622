import { expect, it } from 'vitest';
import { endsOf, openPlaybook, workspaceOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

const files = {
  'manifests/part.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: part }\ndata: { of: none, colour: none }\n',
  'part.yaml': `title: A part
inputs:
  of: { description: What it is a part of }
  colour: { description: Its colour, default: red }
steps:
  - id: made
    title: Make it
    apply: manifests/part.yaml
    set:
      - { select: ConfigMap/part, path: data.of, value: '\${{ inputs.of }}' }
      - { select: ConfigMap/part, path: data.colour, value: '\${{ inputs.colour }}' }
`,
  'whole.yaml': `title: The whole
inputs: { colour: { description: The colour of everything, default: blue } }
steps:
  - { id: part, title: Its part, playbook: test/part, with: { of: whole } }
  - id: there
    title: It is there
    wait: { until: { of: ['\${{ steps.part.outputs.made.objects[0] }}'], expect: object.data.of == "whole" } }
    timeout: 20s
`,
};

it('runs the steps of another, with the inputs that it is given and those of the same name', async () => {
  const { namespace } = connection.info;
  const playbook = await openPlaybook(connection, 'test/whole', {}, workspaceOf(files));
  const { status, records } = await playbook.run(await playbook.plan());
  expect(endsOf(records)).toEqual({ 'part/made': 'done', part: 'done', there: 'done' });
  expect(status).toBe('done');
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/configmaps/part`);
  expect(body.data).toEqual({ of: 'whole', colour: 'blue' });
});
