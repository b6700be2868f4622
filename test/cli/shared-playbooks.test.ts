import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadDiagnoses } from '../../src/cli/diagnoses.ts';
import { loadRun } from '../../src/cli/run-loading.ts';

const system = `
name: notes
title: Notes
description: A page for notes.
namespace: notes-here
workloads: [Deployment/web]
diagnoses: [cluster/diagnose-pods]
`;
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-shared-'));
const folder = join(workspace, '.tars-console', 'playbooks', 'notes');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'system.yaml'), system);
writeFileSync(join(folder, 'look.yaml'), 'title: Look\nsteps:\n  - { title: Ask, confirm: Go on? }\n');
afterAll(() => rmSync(workspace, { recursive: true }));
const request = (playbook: string, wanted?: string) => ({ playbook, system: wanted, manifests: 'any', workspace });

it('a shared playbook is run for the system that is named, with its namespace and its workloads', () => {
  const { system: found, playbook } = loadRun(request('cluster/prerequisites', 'notes'));
  expect(playbook.ref).toBe('cluster/prerequisites');
  expect(found).toMatchObject({ name: 'notes', namespace: 'notes-here', workloads: ['Deployment/web'] });
  expect(loadRun(request('cluster/prerequisites')).system).toMatchObject({ name: 'cluster' });
});

it('the playbook of a system is run for no other one, and no playbook for a system that is not there', () => {
  expect(() => loadRun(request('notes/look', 'tars'))).toThrow(
    'notes/look is the playbook of notes, and cannot be run for tars',
  );
  expect(() => loadRun(request('cluster/prerequisites', 'note'))).toThrow('There is no system "note"');
});

it('diagnoses that all systems share are made for one that names them', () => {
  const [pods, ...others] = loadDiagnoses('notes', undefined, workspace);
  expect(others).toEqual([]);
  expect(pods).toMatchObject({ playbook: { ref: 'cluster/diagnose-pods' }, system: { name: 'notes' } });
  expect(loadDiagnoses('notes', 'pods', workspace)).toHaveLength(1);
});
