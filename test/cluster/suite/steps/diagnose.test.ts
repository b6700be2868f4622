import { expect, it } from 'vitest';
import { loadDiagnoses } from '../../../../src/cli/diagnoses.ts';
import { diagnose } from '../../../../src/playbooks/diagnosis/diagnose.ts';
import { workspaceOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const { cluster, connection } = await openStepCluster();

const finding = (id: string, more: string) => `
        - { id: ${id}, title: '${id} is well', expected: so, ${more} }`;
const diagnosis = (title: string, collect: string, ...findings: string[]) => `
title: ${title}
diagnosis: true
steps:
  - title: Look
    check:
      collect: ${collect}
      findings:${findings.join('')}
`;
const files = {
  'repair.yaml': `
title: Repair
inputs: { image: { description: Which one, default: 'nginx:1.27' } }
steps: [{ title: Do it, rollout: { image: { of: Deployment/web, containers: { web: '\${{ inputs.image }}' } } } }]
`,
  'pods.yaml': diagnosis(
    'Pods',
    '{ causes: { causes: { workloads: [Deployment/web] } } }',
    finding(
      'image',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a playbook's.
      "each: 'causes.filter(c, c.code.contains(\"Image\"))', observed: '${{ item.code }}', cause: '${{ item.message }}', certainty: 95, explains: [answer], fix: { playbook: test/repair, with: { image: 'nginx:1.26' } }",
    ),
    finding('missing', 'each: \'causes.filter(c, c.code == "Missing")\', observed: there is none'),
  ),
  'web.yaml': diagnosis(
    'Answers',
    '{ page: { http: { service: "web:80" } }, nobody: { list: example.com/v1/Nothing } }',
    finding('answer', 'expect: page.status == 200, observed: nobody answers, certainty: 99'),
    finding('dark', 'expect: nobody.size() == 0, observed: x, level: warning'),
  ),
};

it('the diagnoses of a system are made without a run: the cause first, what follows from it below, and nothing is changed', async () => {
  const { namespace } = connection.info;
  const workspace = workspaceOf(files);
  const before = await diagnose(loadDiagnoses('test', undefined, workspace), connection);
  expect(before.causes.map((cause) => cause.finding.id).sort()).toEqual(['answer', 'missing']);
  const annotations = { 'tars-console.dev/outcome': 'image-missing' };
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const made = await cluster.post(path, webDeployment('web', { template: { annotations } }));
  expect(made.status, made.text).toBe(201);
  const look = () => diagnose(loadDiagnoses('test', 'all', workspace), connection);
  await expect
    .poll(async () => (await look()).causes.map(({ finding }) => finding.id), { timeout: 30_000 })
    .toEqual(['image']);
  const report = await look();
  expect(report).toMatchObject({
    system: 'test',
    namespace,
    good: 1,
    diagnoses: [{ ref: 'test/pods' }, { ref: 'test/web' }],
  });
  const [cause] = report.causes;
  expect(cause?.consequences.map((one) => one.finding.id)).toEqual(['answer']);
  expect(cause?.finding.fix).toEqual({ playbook: 'test/repair', with: { image: 'nginx:1.26' } });
  expect(cause?.finding.repair).toMatch(/tars-console .*run test\/repair --set image=nginx:1\.26$/);
  expect(report.unread.map(({ finding }) => finding.id)).toEqual(['dark']);
  expect((await cluster.get(`${path}/web`)).text).toContain('"image":"nginx:1.27"');
});

it('one of them is made by its name, and a name that is none says which there are', async () => {
  const workspace = workspaceOf(files);
  const [only, ...others] = loadDiagnoses('test', 'pods', workspace);
  expect([only?.playbook.ref, others]).toEqual(['test/pods', []]);
  expect(() => loadDiagnoses('test', 'repair', workspace)).toThrow('There is no diagnosis `test/repair`');
  expect(() => loadDiagnoses('tset', undefined, workspace)).toThrow('There is no system "tset"');
});
