import { formatDuration } from '../../base/duration.ts';
import { html, type Markup } from './html-text.ts';
import type { Report, ReportStep } from './report.ts';
import { changeLines, statusSigns, statusWords } from './report-words.ts';

/** All steps in their order, each with what it changed and the commands that it stands for folded below it. */
export function stepTable({ steps }: Report): Markup {
  return html`<div class="scroll"><table>
<caption>In the order in which the playbook has them; what stands further in belongs to the step above</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Status</th><th scope="col" class="number">Took</th><th scope="col">What came of it</th></tr></thead>
<tbody>${steps.map(row)}</tbody></table></div>`;
}

function row(step: ReportStep): Markup {
  const { title, status, ms, depth, group, attempts, summary } = step;
  const took = ms === undefined || ms === 0 ? '' : formatDuration(ms);
  return html`<tr class="d${Math.min(3, depth)}${group && ' group'}"><th scope="row">${title}${description(step)}</th>
<td class="word ${status}">${statusSigns[status]} ${statusWords[status]}${attempts > 1 && `, ${attempts} tries`}</td><td class="number">${took}</td>
<td class="came">${summary}${folded(step)}</td></tr>`;
}

function description({ description: text }: ReportStep): Markup | undefined {
  return text === undefined ? undefined : html`<br><span class="dim">${text}</span>`;
}

function folded({ preview, equivalent, findings }: ReportStep): (Markup | undefined)[] {
  const changes = preview ? changeLines(preview) : [];
  const good = findings.filter(({ level }) => level === 'ok');
  return [
    changes.length === 0
      ? undefined
      : html`<details><summary>What it changed</summary><pre>${changes.join('\n')}</pre></details>`,
    good.length === 0
      ? undefined
      : html`<details><summary>What was found in order</summary><ul>${good.map(({ title, observed }) => html`<li>${title}: ${observed}</li>`)}</ul></details>`,
    equivalent.length === 0
      ? undefined
      : html`<details><summary>The same by hand</summary><pre>${equivalent.join('\n')}</pre></details>`,
  ];
}
