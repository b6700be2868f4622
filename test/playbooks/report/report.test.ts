import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReport } from '../../../src/playbooks/report/create-report.ts';
import { htmlReport } from '../../../src/playbooks/report/html.ts';
import { markdownReport } from '../../../src/playbooks/report/markdown.ts';
import type { Report } from '../../../src/playbooks/report/report.ts';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { parseJournal } from '../../../src/playbooks/runs/journal.ts';
import { parseSignals } from '../../../src/playbooks/runs/signals.ts';

const stored = new URL('../../fixtures/journals/', import.meta.url).pathname;

function storedReport(name: string): Report {
  const text = (file: string) => readFileSync(join(stored, name, file), 'utf8');
  const files = readdirSync(join(stored, name));
  const records = parseJournal(text('journal.ndjson'));
  const signals = files.includes('samples.ndjson') ? parseSignals(text('samples.ndjson')) : [];
  const ended = records.findLast(({ type }) => type === 'run-ended');
  const status = ended?.type === 'run-ended' ? ended.status : 'interrupted';
  return required(createReport({ records, signals, status, faults: [] }));
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is none');
  return value;
}

test.each(readdirSync(stored))('%s: a run of an older program is reported in all three forms', (name) => {
  const report = storedReport(name);
  expect(report.steps.length).toBeGreaterThan(3);
  expect(JSON.parse(JSON.stringify(report)).version).toBe(1);
  const page = htmlReport(report);
  for (const { title } of report.steps) expect(page).toContain(title.replaceAll("'", '&#39;'));
  expect(markdownReport(report)).toMatch(new RegExp(`^# ${report.run.title}`));
});

test('a load test is drawn with its targets, its ramp and its figures', () => {
  const page = htmlReport(storedReport('v1-done'));
  expect(page.match(/<svg /g)).toHaveLength(2);
  expect(page).toContain('P95 ≤ 250');
  expect(page).toMatch(/<polyline class="series p99" points="[\d.,\s]+"/);
  expect(page).not.toContain('NaN');
  expect(markdownReport(storedReport('v1-done'))).toContain('| P95 latency ≤ 250 ms | 222.5 ms | ✓ met |');
});

test('a page loads nothing from anywhere, runs nothing, and its headings and tables can be read aloud', () => {
  for (const name of readdirSync(stored)) {
    const page = htmlReport(storedReport(name));
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b|\s(src|href|on\w+)=|@import|url\(/i);
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
    for (const [table] of page.matchAll(/<table>.*?<\/table>/gs)) {
      expect(table).toContain('<caption>');
      expect(table).toContain('<th scope="col"');
    }
    for (const [, named] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page).toContain(`id="${named}"`);
  }
});

const at = '2026-11-21T10:00:00.000Z';

/** A run in which every text is the same hostile one. */
function hostileReport(text: string): Report {
  const step = { id: 's1', title: text, description: text, kind: 'act', depth: 0, group: false, equivalent: [text] };
  const change = { object: text, namespace: text, action: 'update' as const, data: [text], note: text };
  const bodies = [
    {
      type: 'run-started',
      pid: 1,
      run: {
        ...{ id: text, playbook: text, system: text, title: text, hash: text, manifests: text, programVersion: text },
        cluster: { context: text, server: text, namespace: text, sandbox: true },
        ...{ inputs: { [text]: text }, sensitiveInputs: [text], steps: [step], assumeYes: false, startedAt: at },
      },
    },
    {
      type: 'step-preview',
      step: 's1',
      preview: {
        certainty: 'partly',
        summary: text,
        why: text,
        changes: [{ ...change, fields: [{ path: text, before: text, after: text }] }],
      },
    },
    { type: 'question', id: 'q1', step: 's1', question: { kind: 'typed', text, expect: text } },
    { type: 'answer', id: 'q1', answer: { kind: 'typed', text }, by: text },
    {
      type: 'step-result',
      step: 's1',
      status: 'failed',
      ms: 1,
      summary: text,
      findings: [{ title: text, level: 'fatal', expected: text, observed: text, evidence: [text], repair: text }],
      problem: { message: text, where: text, next: [text], evidence: [text] },
    },
    { type: 'stop-requested', by: text },
    { type: 'run-ended', status: 'failed', exitCode: 1, summary: text, next: [text] },
  ];
  const records = bodies.map((body, index) => ({ v: 2, seq: index + 1, at, ...body }) as RunRecord);
  return required(createReport({ records, signals: [], status: 'failed', faults: [text] }));
}

test('hostile text is text everywhere on the page', () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;b&gt;</style></title>`;
  const page = htmlReport(hostileReport(attack));
  expect(page).not.toMatch(/<script|<img|onerror=alert\(2\)>/);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page.match(/<\/title>/g)).toHaveLength(1);
  expect(page.split('&lt;script&gt;').length).toBeGreaterThan(25);
  // What was an entity in the text is seen as it was written.
  expect(page).toContain('&amp;lt;b&amp;gt;');
});

test('no text changes which elements a page has', () => {
  const elements = (text: string) => [...htmlReport(hostileReport(text)).matchAll(/<\/?[a-z][^\s>]*/gi)].join(' ');
  const plain = elements('plain');
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
      expect(elements(`x${text}`)).toBe(plain);
    }),
    { numRuns: 60 },
  );
});

test('no text becomes markup, a table’s cell or the end of a block in Markdown', () => {
  const written = markdownReport(hostileReport('a | b <script> *c* [d](e) `f`\n```\n# g'));
  // Blocks alone hold it as it is.
  const outside = written.replace(/^(`{3,}).*?^\1$/gms, '');
  expect(outside.match(/^# /gm)).toHaveLength(1);
  expect(outside).not.toMatch(/<script>|(?<!\\)\*c|(?<!\\)\[d|^# g/m);
  for (const row of outside.match(/^\|.*\|$/gm) ?? []) expect(row.split(/(?<!\\)\|/).length).toBeLessThan(8);
});

test('sensitive answers and inputs are named and not valued', () => {
  const records = parseJournal(readFileSync(join(stored, 'v1-done', 'journal.ndjson'), 'utf8'));
  const seq = records.length;
  const question = { kind: 'input', text: 'Password?', name: 'password', sensitive: true } as const;
  const more = [
    { v: 2, seq: seq + 1, at, type: 'question', id: 'q1', step: 'x', question },
    { v: 2, seq: seq + 2, at, type: 'answer', id: 'q1', answer: { kind: 'input', text: '' }, by: 'me' },
  ] as RunRecord[];
  const report = required(createReport({ records: [...records, ...more], signals: [], status: 'done', faults: [] }));
  expect(report.questions[0]?.answer).toBe('(not written down)');
  expect(htmlReport(report)).toContain('(sensitive, not written down)');
});

test('of a step that failed and was taken back, the report says why', () => {
  const records = parseJournal(readFileSync(join(stored, 'v1-done', 'journal.ndjson'), 'utf8')).slice(0, -1);
  const begun = records.findLast(({ type }) => type === 'step-intent');
  const step = begun?.type === 'step-intent' ? begun.step : '';
  const problem = { message: 'the new pods never became ready', evidence: ['connection refused'] };
  const more = [
    { type: 'step-result', step, status: 'failed', ms: 20_000, problem },
    { type: 'undo-intent', step },
    { type: 'undo-result', step, status: 'done', summary: '1 object as before', ms: 700 },
  ].map((body, index) => ({ v: 2, seq: records.length + 1 + index, at, ...body }) as RunRecord);
  const report = required(createReport({ records: [...records, ...more], signals: [], status: 'failed', faults: [] }));
  const told = report.steps.find(({ id }) => id === step);
  expect(told).toMatchObject({ status: 'undone', summary: '1 object as before', problem });
  expect(htmlReport(report)).toContain('the new pods never became ready');
  expect(markdownReport(report)).toContain('connection refused');
});
