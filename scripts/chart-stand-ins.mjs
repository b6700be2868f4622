// Renders the charts that come with systems: what the sandbox applies where no helm is installed. Run it after a change of a
// chart, with helm on the PATH: `node scripts/chart-stand-ins.mjs [system …]`. With `--check` nothing is written, and it fails
// where a file is not what helm makes of its chart; `npm run test:cluster` does that.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const playbooks = fileURLToPath(new URL('../playbooks/', import.meta.url));
const check = process.argv.includes('--check');
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const systems = readdirSync(playbooks).filter(
  (system) =>
    existsSync(`${playbooks}${system}/chart/Chart.yaml`) &&
    existsSync(`${playbooks}${system}/stand-ins`) &&
    (named.length === 0 || named.includes(system)),
);
const rendered = systems.flatMap((system) => renderStandIns(system, `${playbooks}${system}/`));
for (const [file, text] of rendered) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    process.exitCode = 1;
    console.error(`${file} is not what helm makes of its chart: run node scripts/chart-stand-ins.mjs`);
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`${rendered.length} files of ${systems.join(', ')}`);

/**
 * What helm makes of a chart with its own values, by file: `stand-ins/chart.yaml`, and what only a cluster with the Prometheus
 * operator takes in `stand-ins/service-monitors.yaml`.
 */
function renderStandIns(system, folder) {
  const { namespace } = parse(readFileSync(`${folder}system.yaml`, 'utf8'));
  const args = ['template', system, `${folder}chart`, '--namespace', namespace];
  const more = ['--kube-version', '1.36.2', '--api-versions', 'monitoring.coreos.com/v1'];
  const documents = execFileSync('helm', [...args, ...more], { encoding: 'utf8' })
    .split(/^---$/m)
    .map((text) => text.replace(/^# Source: .*$/m, '').trim())
    .filter((text) => text !== '');
  const isMonitor = (text) => parse(text)?.kind === 'ServiceMonitor';
  const said = '# What helm makes of the chart beside this folder; made by scripts/chart-stand-ins.mjs.\n';
  const file = (name, texts) => [`${folder}stand-ins/${name}`, `${said}${texts.join('\n---\n')}\n`];
  const monitors = documents.filter(isMonitor);
  return [
    file(
      'chart.yaml',
      documents.filter((text) => !isMonitor(text)),
    ),
    ...(monitors.length > 0 ? [file('service-monitors.yaml', monitors)] : []),
  ];
}
