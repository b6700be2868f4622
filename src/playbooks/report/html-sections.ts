import { summaryRows } from '../../load/summary.ts';
import { html, type Markup } from './html-text.ts';
import { loadCharts } from './load-charts.ts';
import type { Report, ReportLoad, ReportStep } from './report.ts';
import { statusWords } from './report-words.ts';

/** What went wrong with its evidence, then what checks found that is not as it should be. */
export function problemSections({ steps }: Report): (Markup | undefined)[] {
  const wrong = steps.filter(({ problem, group }) => problem && !group);
  const found = steps.flatMap((step) =>
    step.findings.filter(({ level }) => level !== 'ok').map((finding) => ({ step, finding })),
  );
  return [
    wrong.length === 0
      ? undefined
      : html`<section aria-labelledby="problems"><h2 id="problems">Problems</h2>${wrong.map(problem)}</section>`,
    found.length === 0
      ? undefined
      : html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2><div class="scroll"><table>
<caption>What checks found that is not as it should be</caption>
<thead><tr><th scope="col">Should be so</th><th scope="col">Level</th><th scope="col">Expected</th><th scope="col">Observed</th><th scope="col">Repair</th></tr></thead>
<tbody>${found.map(({ finding }) => html`<tr><th scope="row">${finding.title}${evidence(finding.evidence ?? [])}</th><td class="word ${finding.level}">${finding.level}</td><td>${finding.expected}</td><td>${finding.observed}</td><td>${finding.repair}</td></tr>`)}</tbody>
</table></div></section>`,
  ];
}

function problem({ title, status, problem: what }: ReportStep): Markup | undefined {
  if (!what) return undefined;
  return html`<div class="problem"><h3>${title} <span class="badge ${status}">${statusWords[status]}</span></h3>
<p>${what.message}</p>
${what.where && html`<p class="dim">at ${what.where}</p>`}
${evidence(what.evidence)}
${what.next.length > 0 && html`<ul>${what.next.map((line) => html`<li>${line}</li>`)}</ul>`}</div>`;
}

function evidence(lines: readonly string[]): Markup | undefined {
  return lines.length === 0 ? undefined : html`<pre>${lines.join('\n')}</pre>`;
}

export function loadSections({ loads }: Report): Markup[] {
  return loads.map(
    (load, index) => html`<section aria-labelledby="load-${index}"><h2 id="load-${index}">${load.title}</h2>
${load.result ? figures(load.result) : html`<p class="warning">It did not come to its end: there are no final figures.</p>`}
${loadCharts(load)}</section>`,
  );
}

function figures(result: NonNullable<ReportLoad['result']>): Markup {
  const { thresholds, loop, limitedBy, stopped, url, scenario, steps = [] } = result;
  return html`<p class="dim">${scenario} against ${url}; ${loop === 'open' ? 'open loop: latency counts from when each request was due' : 'closed loop: users wait for their answer'}</p>
${stopped && html`<p class="warning">It was ended before its time: the figures are of what was done until then.</p>`}
${limitedBy === 'generator' && html`<p class="warning">Bounded by the machine that made the load, not by the system under test.</p>`}
<div class="cards">${summaryRows(result).map(([name, value]) => html`<div class="card"><b>${value}</b><span>${name}</span></div>`)}</div>
${thresholds.length > 0 && html`<div class="scroll"><table><caption>Targets, judged on the sustained phase</caption><thead><tr><th scope="col">Target</th><th scope="col">Observed</th><th scope="col">Met</th></tr></thead><tbody>${thresholds.map(({ title, observed, met }) => html`<tr><th scope="row">${title}</th><td>${observed}</td><td class="${met ? 'ok' : 'bad'}">${met ? '✓ met' : '✗ not met'}</td></tr>`)}</tbody></table></div>`}
${steps.length > 0 && html`<div class="scroll"><table><caption>Rates that were tried</caption><thead><tr><th scope="col" class="number">Requests/s</th><th scope="col">Held</th><th scope="col" class="number">P95 ms</th><th scope="col" class="number">P99 ms</th><th scope="col">Why not</th></tr></thead><tbody>${steps.map(({ rate, held, response, reason }) => html`<tr><th scope="row" class="number">${Math.round(rate)}</th><td class="${held ? 'ok' : 'bad'}">${held ? '✓ held' : '✗ did not hold'}</td><td class="number">${response.p95.toFixed(1)}</td><td class="number">${response.p99.toFixed(1)}</td><td>${reason}</td></tr>`)}</tbody></table></div>`}`;
}
