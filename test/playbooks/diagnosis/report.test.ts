import { expect, it } from 'vitest';
import { changedSince, type DiagnosisReport, isUnknown } from '../../../src/playbooks/diagnosis/diagnosis-report.ts';
import { rankFindings } from '../../../src/playbooks/diagnosis/rank.ts';
import { reportLines } from '../../../src/playbooks/diagnosis/report-lines.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';
import { detectTheme } from '../../../src/ui/theme.ts';

const { symbols } = detectTheme({ NO_COLOR: '1', LANG: 'C.UTF-8' });
const finding = (title: string, more: Partial<Finding>): Finding => ({
  ...{ title, level: 'fatal', expected: 'so', observed: 'not' },
  ...more,
});

function report(...findings: Finding[]): DiagnosisReport {
  return {
    ...{ system: 'notes', title: 'Notes', namespace: 'notes', context: 'test', sandbox: false },
    at: '2026-01-01T00:00:00.000Z',
    diagnoses: [{ ref: 'notes/pods', title: 'Pods' }],
    ...rankFindings(findings.map((one) => ({ finding: one, diagnosis: 'notes/pods' }))),
  };
}

const textOf = (one: DiagnosisReport) => reportLines(one, symbols).map(({ text }) => text);

it('a report says the verdict first, then each cause with what was seen, its repair and what follows', () => {
  const image = finding('Images are there', {
    ...{ id: 'image', cause: 'The image web:9 is not in the registry', certainty: 95, explains: ['answer'] },
    ...{ evidence: ['Pod/web-1  0/1  ErrImagePull'], repair: 'tars-console run notes/deploy' },
  });
  const answer = finding('It answers', { id: 'answer' });
  expect(textOf(report(answer, image, finding('Fine', { level: 'ok' })))).toEqual([
    '✗ 1 cause; 1 thing is as expected',
    '',
    '1. ✗ The image web:9 is not in the registry',
    '   95 % certain, by notes/pods',
    `   ${symbols.next} tars-console run notes/deploy`,
    '   Images are there: observed not, expected so',
    '     Pod/web-1  0/1  ErrImagePull',
    '   From it follows:',
    '   - It answers: expected so, observed not',
  ]);
});

it('a healthy system has nothing wrong, and what could not be read is no health', () => {
  const good = report(finding('Fine', { level: 'ok' }));
  expect(textOf(good)).toEqual(['✓ Nothing is wrong, as far as 1 diagnosis can tell: 1 thing is as expected']);
  expect(isUnknown(good)).toBe(false);
  const dark = report(finding('Pods run', { unread: true, observed: 'pods could not be read: forbidden' }));
  expect(isUnknown(dark)).toBe(true);
  expect(textOf(dark).join('\n')).toMatch(
    /Nothing is found by 1 diagnosis, but 1 could not be read[\s\S]*Pods run: pods could not/,
  );
  expect(isUnknown(report(finding('Usage', { unread: true, level: 'warning' })))).toBe(false);
});

it('two looks are told apart by what is gone and what has come', () => {
  const before = report(finding('A', { id: 'a' }), finding('B', { id: 'b', observed: 'three' }));
  const now = report(finding('B', { id: 'b', observed: 'two' }), finding('C', {}));
  expect(changedSince(before, now)).toEqual({ better: ['A'], worse: ['C'] });
});

it('what a cluster says is drawn without its escape sequences', () => {
  const lines = textOf(report(finding('A', { cause: 'x\u001b[31mred', evidence: ['\u001b]0;title\u0007y'] })));
  expect(lines.join('\n').includes('\u001b') || lines.join('\n').includes('\u0007')).toBe(false);
});
