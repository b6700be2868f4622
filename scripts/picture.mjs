// Draws docs/screen.svg: the demo in a real terminal of 120x40, taken while the load test runs. Needs `npm run build`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openTerminal } from '../test/bench/terminal.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [cols, rows] = [120, 40];
const palette = [
  '#1e1e1e',
  '#f14c4c',
  '#23d18b',
  '#e5c07b',
  '#3b8eea',
  '#d670d6',
  '#29b8db',
  '#e5e5e5',
  '#808080',
  '#f14c4c',
  '#23d18b',
  '#f5f543',
  '#3b8eea',
  '#d670d6',
  '#29b8db',
  '#ffffff',
];

const terminal = openTerminal(process.execPath, [`${root}bin/tars-console.js`, 'demo'], { cols, rows });
// Late in the test: the replicas have risen and latency has come down again.
const wanted = process.argv[2] ?? 'sustained';
await terminal.waitFor(wanted, 170_000);
await new Promise((resolve) => setTimeout(resolve, Number(process.argv[3] ?? 25_000)));
writeFileSync(`${root}docs/screen.svg`, draw(terminal.buffer()));
process.stdout.write(`${terminal.text()}\n`);
await terminal.close();
process.exit(0);

function draw(buffer) {
  const [width, height] = [8.43, 17];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(cols * width + 16)} ${rows * height + 16}" role="img" aria-label="The console during the demo">`,
    '<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>',
    `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`,
  ];
  for (let y = 0; y < rows; y += 1)
    for (const run of runsOf(buffer.getLine(buffer.viewportY + y))) parts.push(element(run, y));
  return `${parts.join('\n')}\n</g></svg>\n`;

  function element(run, y) {
    const [x, top] = [8 + run.x * width, 8 + y * height];
    const length = (run.cells * width).toFixed(1);
    const back = run.back
      ? `<rect x="${x.toFixed(1)}" y="${top}" width="${length}" height="${height}" fill="${run.back}"/>`
      : '';
    if (run.text.trim() === '') return back;
    const style = `${run.bold ? ' font-weight="bold"' : ''}${run.dim ? ' opacity="0.6"' : ''}`;
    return `${back}<text x="${x.toFixed(1)}" y="${top + 13}" fill="${run.fore}" textLength="${length}"${style}>${escapeText(run.text)}</text>`;
  }
}

/** Neighbouring cells that look the same, as one piece of text. */
function runsOf(line) {
  const runs = [];
  if (!line) return runs;
  for (let x = 0; x < cols; x += 1) {
    const cell = line.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    let [fore, back] = [colour(cell, 'Fg') ?? '#d4d4d4', colour(cell, 'Bg')];
    if (cell.isInverse()) [fore, back] = [back ?? '#1e1e1e', fore];
    const look = { fore, back, bold: Boolean(cell.isBold()), dim: Boolean(cell.isDim()) };
    const last = runs.at(-1);
    const same = last && Object.entries(look).every(([key, value]) => last[key] === value);
    if (same) {
      last.text += cell.getChars() || ' ';
      last.cells += cell.getWidth();
    } else runs.push({ ...look, x, cells: cell.getWidth(), text: cell.getChars() || ' ' });
  }
  return runs;
}

function colour(cell, which) {
  if (cell[`is${which}Default`]()) return undefined;
  const value = cell[`get${which}Color`]();
  if (cell[`is${which}RGB`]()) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return palette[value];
  if (value >= 232) return `#${((value - 232) * 10 + 8).toString(16).padStart(2, '0').repeat(3)}`;
  const level = (n) => (n ? n * 40 + 55 : 0).toString(16).padStart(2, '0');
  const index = value - 16;
  return `#${level(Math.floor(index / 36))}${level(Math.floor(index / 6) % 6)}${level(index % 6)}`;
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}
