import { formatDuration } from '../../base/duration.ts';
import { loadSections, problemSections } from './html-sections.ts';
import { stepTable } from './html-steps.ts';
import { html, type Markup, markup } from './html-text.ts';
import type { Report } from './report.ts';
import { reportStyle } from './report-style.ts';
import { countsText, environmentFacts, givenInputs, momentText, statusWords } from './report-words.ts';

/** A report as one HTML file that loads nothing from anywhere; all that is in it is escaped. */
export function htmlReport(report: Report): string {
  const { run, outcome } = report;
  return html`${markup('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="tars-console ${run.programVersion}">
<title>${run.title}: ${statusWords[outcome.status]}</title>
<style>${markup(reportStyle)}</style>
</head>
<body>
<header>
<h1>${run.title} <span class="badge ${outcome.status}">${statusWords[outcome.status] ?? outcome.status}</span></h1>
<p class="lead">${outcome.summary}</p>
<p class="dim">${momentText(outcome.startedAt)}, ${formatDuration(outcome.ms)}; ${countsText(report)}</p>
${report.cluster.sandbox && html`<p class="banner"><strong>A rehearsal on the sandbox.</strong> Its pods were stand-ins: figures are of them and not of the real system.</p>`}
${report.faults.length > 0 && html`<div class="banner" role="alert"><strong>The records of this run are not as they were written.</strong><ul>${report.faults.map((fault) => html`<li>${fault}</li>`)}</ul></div>`}
</header>
<main>
${problemSections(report)}
${loadSections(report)}
<section aria-labelledby="steps"><h2 id="steps">Steps</h2>${stepTable(report)}</section>
${questions(report)}
${incidents(report)}
${environment(report)}
${next(report)}
</main>
<footer>Made by tars-console ${run.programVersion} from the records of the run ${run.id}. Secrets are in none of them.</footer>
</body>
</html>
`.text;
}

function environment(report: Report): Markup {
  const [facts, given] = [environmentFacts(report), givenInputs(report)];
  return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${given.length > 0 && html`<h3>Inputs</h3><dl>${given.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`}</section>`;
}

function questions({ questions: asked, steps }: Report): Markup | undefined {
  if (asked.length === 0) return undefined;
  return html`<section aria-labelledby="questions"><h2 id="questions">Questions and answers</h2><div class="scroll"><table>
<caption>What the run asked a person, and what came back</caption>
<thead><tr><th scope="col">When</th><th scope="col">Step</th><th scope="col">Question</th><th scope="col">Answer</th><th scope="col">By</th></tr></thead>
<tbody>${asked.map(({ at, step, question, answer, by }) => html`<tr><td>${momentText(at)}</td><td>${steps.find(({ id }) => id === step)?.title ?? step}</td><th scope="row">${question.text}</th><td>${answer ?? 'none'}</td><td>${by}</td></tr>`)}</tbody>
</table></div></section>`;
}

function incidents({ incidents: all }: Report): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<section aria-labelledby="incidents"><h2 id="incidents">On its way</h2><ul>${all.map(({ at, text }) => html`<li><span class="dim">${momentText(at)}</span> ${text}</li>`)}</ul></section>`;
}

function next({ outcome }: Report): Markup | undefined {
  if (outcome.next.length === 0) return undefined;
  return html`<section aria-labelledby="next"><h2 id="next">What comes next</h2><ul>${outcome.next.map((line) => html`<li><code>${line}</code></li>`)}</ul></section>`;
}
