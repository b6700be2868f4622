import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../src/playbooks/finding.ts';
import { drawScreen } from '../support/draw-screen.tsx';
import { expectInside } from '../support/expect-inside.ts';

let screen: ReturnType<typeof drawScreen> | undefined;
afterEach(() => screen?.close());

const until = (text: string | RegExp) =>
  vi.waitFor(() => expect(screen?.frame()).toMatch(text), { timeout: 3000, interval: 10 });

const image: Finding = {
  ...{ id: 'image', title: 'Images are there', level: 'fatal', expected: 'in the registry', observed: 'not found' },
  ...{ cause: 'The image tars-backend:9 is not in the registry', certainty: 95, explains: ['answer'] },
  evidence: ['Pod/tars-backend-1  0/1  ErrImagePull', ...Array.from({ length: 40 }, (_, index) => `line ${index}`)],
  repair: 'npx tars-console run tars/deploy --set tag=8',
  fix: { playbook: 'tars/deploy', with: { tag: '8' }, title: 'Go back to version 8' },
};
const answer: Finding = {
  ...{ id: 'answer', title: 'It answers', level: 'fatal', expected: '200', observed: 'nobody' },
  cause: 'Nobody answers behind backend-service',
};
const claim: Finding = {
  ...{ id: 'claim', title: 'Claims are bound', level: 'warning', expected: 'Bound', observed: 'Pending' },
  ...{ cause: 'The claim data has no volume', repair: 'kubectl get storageclass' },
};
const fine: Finding = { title: 'Fine', level: 'ok', expected: 'so', observed: 'so' };

async function openDiagnosis(columns: number, rows: number, ...diagnoses: Finding[][]) {
  screen = drawScreen({ columns, rows }, { diagnoses }, { choice: { sandbox: true } });
  await screen.app.load();
  await until('Full deployment');
  screen.press('G', 'enter');
  return screen;
}

describe.each([
  [80, 24],
  [120, 40],
])('a diagnosis at %ix%i', (columns, rows) => {
  it('says the verdict first, then the causes, each with what follows and what repairs it', async () => {
    const drawn = await openDiagnosis(columns, rows, [claim, answer, image, fine]);
    await until('2 causes, the likeliest first; 1 thing is as expected');
    const frame = drawn.frame();
    expect(frame).toMatch(/❯ ✗ The image tars-backend:9/);
    expect(frame.indexOf('The image')).toBeLessThan(frame.indexOf('Nobody answers'));
    expect(frame.indexOf('Nobody answers')).toBeLessThan(frame.indexOf('The claim data'));
    expect(frame).toContain('95 %');
    expect(frame).toMatch(/⏎ repair.*r look again/);
    expectInside(frame, columns, rows);
    drawn.press('page-down');
    await until('line 3');
    drawn.press('k');
    await until('kubectl get storageclass');
    expectInside(drawn.frame(), columns, rows);
  });

  it('is drawn anew in another size, and takes keys of one packet one after the other', async () => {
    const drawn = await openDiagnosis(columns, rows, [claim, answer, image]);
    await until('2 causes');
    drawn.packet('jjkj');
    await until(/❯ ▲ The claim data/);
    drawn.resize(columns === 80 ? 120 : 80, 30);
    await vi.waitFor(() => expectInside(drawn.frame(), columns === 80 ? 120 : 80, 30), { timeout: 3000 });
    expect(drawn.frame()).toMatch(/❯ ▲ The claim data/);
  });
});

describe('the repair of a cause', () => {
  it('is planned and run by the usual screens, then the diagnosis says what is better', async () => {
    const drawn = await openDiagnosis(120, 40, [answer, image, claim], [claim, fine]);
    await until('Enter repairs it: Go back to version 8, tag 8');
    drawn.press('enter');
    await until('Run these');
    expect(drawn.services.calls).toContain('plan tars/deploy {"tag":"8"}');
    drawn.press('y');
    await until('0/4');
    const run = drawn.services.run('run-1');
    run.send({ type: 'run-ended', status: 'done', exitCode: 0, summary: 'Deployed' });
    await until('Better: Images are there, It answers');
    expect(drawn.services.calls.filter((call) => call === 'diagnose tars all')).toHaveLength(2);
    expect(drawn.frame()).toContain('1 cause; 1 thing is as expected');
    drawn.press('esc');
    await until('Full deployment 0/4');
  });

  it('is not there for every cause, and enter says so', async () => {
    const drawn = await openDiagnosis(80, 24, [claim]);
    await until('The claim data');
    drawn.press('enter');
    await until('No playbook repairs this');
  });

  it('made again with r, it says what is better; a healthy system has no list', async () => {
    const drawn = await openDiagnosis(80, 24, [claim], [fine]);
    await until('The claim data');
    drawn.press('r');
    await until('Better: Claims are bound');
    expect(drawn.frame()).toMatch(/✓ Nothing is wrong, as far as 1 diagnosis can tell/);
    drawn.press('esc');
    await until('❯ Everything');
  });
});

it(':diagnose makes one by its name, and says which it does not know', async () => {
  const drawn = await openDiagnosis(80, 24, [claim], [fine]);
  await until('The claim data');
  drawn.packet(':diagnose diagnose-pods');
  drawn.press('enter');
  await until('Pods not starting');
  expect(drawn.services.calls).toContain('diagnose tars tars/diagnose-pods');
  drawn.packet(':diagnose nothing');
  drawn.press('enter');
  await until('There is no diagnosis nothing');
});
