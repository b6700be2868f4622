import { describe, expect, it } from 'vitest';
import { stepDetailLines } from '../../src/playbooks/step-details.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const command = 'kubectl set image deployment/tars-backend backend=docker.io/tars/tars-backend:0.3.1';
const long = 'Deployment/tars-backend: 1 old replicas are pending termination: the startup probe has not succeeded yet';
const step = {
  ...{ id: 'image', title: 'Let the backend run it', kind: 'patch', depth: 0, group: false },
  ...{ equivalent: [command], output: [], outputs: {} },
};

const draw = (now: Parameters<typeof stepDetailLines>[0]['now']) => stepDetailLines({ ...step, now }, 60, theme);

describe('the details of a step', () => {
  it.each([
    [{ status: 'running', progress: long, startedAt: '', attempt: 1 } as never],
    [{ status: 'done', ms: 10, summary: long, findings: [] } as never],
    [{ status: 'skipped', ms: 0, reason: long } as never],
    [{ status: 'not-met', ms: 0, reason: long, evidence: [long], findings: [] } as never],
  ])('cut nothing: %o', (now) => {
    const lines = draw(now);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(60);
    const text = lines.map((line) => line.trim()).join(' ');
    expect(text).toContain(command.slice(-24));
    expect(text).toContain('probe has not succeeded yet');
    expect(text).not.toContain('…');
  });
});
