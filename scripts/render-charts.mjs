import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const playbooks = fileURLToPath(new URL('../playbooks/', import.meta.url));

/** Folders of systems that bring a chart and stand-ins for it, each as `{ system, folder }`. */
export function chartsOf() {
  return readdirSync(playbooks)
    .map((system) => ({ system, folder: `${playbooks}${system}/` }))
    .filter(({ folder }) => existsSync(`${folder}chart/Chart.yaml`) && existsSync(`${folder}stand-ins`));
}

/**
 * What a chart makes of its own values, by the files beside it that hold it: `stand-ins/chart.yaml`, and what only a cluster with
 * the Prometheus operator takes in `stand-ins/service-monitors.yaml`.
 */
export function renderStandIns({ system, folder }, helm) {
  const { namespace } = parse(readFileSync(`${folder}system.yaml`, 'utf8'));
  const args = ['template', system, `${folder}chart`, '--namespace', namespace];
  const more = ['--kube-version', '1.36.2', '--api-versions', 'monitoring.coreos.com/v1'];
  const documents = execFileSync(helm, [...args, ...more], { encoding: 'utf8' })
    .split(/^---$/m)
    .map((text) => text.replace(/^# Source: .*$/m, '').trim())
    .filter((text) => text !== '');
  const isMonitor = (text) => parse(text)?.kind === 'ServiceMonitor';
  const said = `# What helm makes of the chart beside this folder; made by scripts/chart-stand-ins.mjs.\n`;
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
