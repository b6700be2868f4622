import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { checklistCommand } from '../../../src/cli/checklist.ts';
import { findLoadedChecklist } from '../../../src/cli/checklists.ts';
import { makeChecklist } from '../../../src/playbooks/checklists/make-checklist.ts';
import { changeTick } from '../../../src/playbooks/checklists/ticks.ts';
import { connectTo, openStepCluster } from '../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const record = `/api/v1/namespaces/${namespace}/configmaps/tars-console-checklist-production`;

const list = `
title: Production checklist
description: Before it goes live.
items:
  - id: settings
    title: The settings are there
    description: Nothing starts without them.
    check:
      collect: { settings: { get: v1/ConfigMap, name: settings } }
      findings:
        - title: ConfigMap settings
          expect: settings != null
          expected: one
          observed: '\${{ settings == null ? "none" : "one" }}'
  - id: nodes
    title: Something that this cluster does not have
    description: It can never be read here.
    check:
      collect: { things: { list: example.invalid/v1/Thing } }
      findings: [{ title: Things, expect: 'things.size() > 0', expected: some, observed: none }]
  - { id: on-call, title: Somebody is called at night, description: The pager has a name. }
`;

const workspace = mkdtempSync(join(tmpdir(), 'tars-console-checklist-'));
mkdirSync(join(workspace, '.tars-console/playbooks/shop/checklists'), { recursive: true });
writeFileSync(
  join(workspace, '.tars-console/playbooks/shop/system.yaml'),
  `name: shop\ntitle: Shop\ndescription: Sells\nnamespace: ${namespace}\nworkloads: [Deployment/shop]\n`,
);
writeFileSync(join(workspace, '.tars-console/playbooks/shop/checklists/production.yaml'), list);
const before = process.cwd();
process.chdir(workspace);
afterAll(() => process.chdir(before));

const written: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);

async function run(options: Parameters<typeof checklistCommand>[1] = {}) {
  written.length = 0;
  const services = { connect: () => connectTo(cluster, namespace) };
  const code = await checklistCommand(['shop/production'], options, services);
  return { code, text: written.join('') };
}

const marks = async () => {
  const { items } = await makeChecklist(findLoadedChecklist('shop/production', workspace), connection);
  return Object.fromEntries(items.map(({ id, mark }) => [id, mark]));
};

describe('a production checklist', () => {
  it('is judged where it can be, ticked where it cannot, and what is ticked stands in the cluster', async () => {
    expect(await marks()).toMatchObject({ settings: 'not-ok', 'on-call': 'open' });
    const first = await run({ tick: 'on-call', note: 'team A carries the pager' });
    expect(first.code).toBe(3);
    const { body } = await cluster.get(record);
    expect(body.metadata.labels).toMatchObject({ 'tars-console.dev/checklist': 'production' });
    expect(JSON.parse(body.data['on-call'])).toMatchObject({
      note: 'team A carries the pager',
      by: expect.any(String),
    });
    await cluster.post(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'settings' }, data: {} });
    expect(await marks()).toMatchObject({ settings: 'ok', 'on-call': 'ticked' });
  });

  it('shows a check that is overruled as such, is exported with who and when, and is done then', async () => {
    const { code, text } = await run({ tick: 'nodes', note: 'not on this cluster', output: 'md' });
    expect(code).toBe(0);
    expect(text).toMatch(
      /\| 2 \| Something that this cluster does not have \| overruled \| .+ \| \d{4}-\d\d-\d\d \d\d:\d\d \|/,
    );
    expect(text).toContain('not on this cluster');
    const json = JSON.parse((await run({ output: 'json' })).text);
    expect(json.items[2]).toMatchObject({ id: 'on-call', mark: 'ticked', tick: { note: 'team A carries the pager' } });
    expect((await run({ untick: 'nodes' })).code).not.toBe(0);
    expect((await cluster.get(record)).body.data).not.toHaveProperty('nodes');
  });

  it('keeps what two people tick at once, and tells the one who was later for the same item', async () => {
    const place = { namespace, name: 'production' };
    const tick = (note: string) => ({ by: 'anna', at: new Date().toISOString(), note });
    const ids = ['a', 'b', 'c', 'd'];
    await Promise.all(ids.map((item) => changeTick(connection, place, { item, tick: tick(item) })));
    expect(Object.keys((await cluster.get(record)).body.data)).toEqual(expect.arrayContaining(ids));
    const late = changeTick(connection, place, { item: 'a', tick: tick('late'), seen: null });
    await expect(late).rejects.toThrow('anna has ticked it meanwhile: a');
  });

  it('is not ticked with --read-only, without a note, or in a namespace that is not there', async () => {
    await expect(run({ tick: 'nodes', note: 'x', readOnly: true })).rejects.toThrow('--read-only refuses that');
    await expect(run({ tick: 'nodes' })).rejects.toThrow('A tick needs a note');
    const nowhere = { namespace: `${namespace}-none`, name: 'production' };
    const tick = { by: 'anna', at: '', note: '' };
    await expect(changeTick(connection, nowhere, { item: 'a', tick })).rejects.toThrow('There is no namespace');
  });
});
