import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Problem } from '../../../base/errors.ts';
import { loadSettings } from '../../../configuration/settings.ts';
import { compareVersions, parseVersion } from '../../../tools/version.ts';
import type { PlanContext } from '../../step-kind.ts';
import type { HelmOptions } from './options.ts';

/** Where a chart is taken from. */
export interface ChartSource {
  /** `local` by the playbook's folder, `mirror` from the folder that the configuration names. */
  from: 'local' | 'mirror' | 'remote';
  /** How helm is told. */
  args: string[];
  /** As people read it: `rancher 2.14.0 from https://…`. */
  text: string;
}

/** Finds the chart of a step: its own folder first, then the mirror, then where it says. Throws `Problem`. */
export function chartSource(options: HelmOptions, context: Pick<PlanContext, 'pathOf'>): ChartSource {
  // Empty is left out: where the folder of charts is an input, the other is not.
  const { chart = '', repo = '' } = options;
  // helm would take it for an option of its own, and some of those start programs.
  if (chart.startsWith('-')) throw new Problem(`\`${chart}\` is no name of a chart`);
  const version = options.version === undefined || options.version === '' ? undefined : String(options.version);
  const versioned = version === undefined ? [] : ['--version', version];
  const isOci = chart.startsWith('oci://');
  if (!isOci && repo === '') {
    const path = context.pathOf(chart);
    if (existsSync(path))
      return { from: 'local', args: [path], text: `${nameIn(path) ?? options.release} from ${chart}` };
    if (/^\.{0,2}\/|\.tgz$/.test(chart)) throw new Problem(`There is no chart ${chart}`, { where: path });
  }
  const name = chart.split('/').at(-1) ?? chart;
  const { charts } = loadSettings().mirror;
  const mirrored = charts === undefined ? undefined : inMirror(charts, name, version);
  if (mirrored !== undefined) return { from: 'mirror', args: [mirrored], text: `${name} from ${mirrored}` };
  if (repo === '' && !isOci)
    throw new Problem(`There is no chart ${chart} beside the playbook`, {
      where: context.pathOf(chart),
      next: [
        'Name its `repo`, or write it as `oci://…`',
        ...(charts ? [`It is not in the mirror ${charts} either`] : []),
      ],
    });
  const text = `${name}${version === undefined ? '' : ` ${version}`} from ${repo || chart}`;
  return { from: 'remote', args: [chart, ...(repo === '' ? [] : ['--repo', repo]), ...versioned], text };
}

/** `name-version.tgz` or `name/` with that version; without a version the newest. */
function inMirror(folder: string, name: string, version: string | undefined): string | undefined {
  const wanted = version?.replace(/^v/, '');
  const unpacked = join(folder, name);
  const chartFile = join(unpacked, 'Chart.yaml');
  if (existsSync(chartFile) && (wanted === undefined || versionIn(chartFile) === wanted)) return unpacked;
  const archives = archivesOf(folder, name);
  const fits = archives.filter((one) => wanted === undefined || one.version === wanted);
  const newest = fits.sort((left, right) => compareVersions(right.order, left.order))[0];
  return newest && join(folder, newest.file);
}

function archivesOf(folder: string, name: string) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => {
    const match = file.startsWith(`${name}-`) ? /^v?(\d.*)\.tgz$/.exec(file.slice(name.length + 1)) : null;
    return match?.[1] === undefined
      ? []
      : [{ file, version: match[1], order: parseVersion(match[1]) ?? ([0, 0, 0] as const) }];
  });
}

/** What a chart in a folder calls itself; undefined for an archive. */
function nameIn(path: string): string | undefined {
  const file = join(path, 'Chart.yaml');
  if (!existsSync(file)) return undefined;
  const { name } = (parse(readFileSync(file, 'utf8')) ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

function versionIn(file: string): string | undefined {
  const { version } = (parse(readFileSync(file, 'utf8')) ?? {}) as { version?: unknown };
  return version === undefined ? undefined : String(version).replace(/^v/, '');
}
