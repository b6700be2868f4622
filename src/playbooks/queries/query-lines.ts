import { printableLine } from '../../base/printable.ts';
import { chartLines, sparkline } from '../../ui/chart.ts';
import { spread, wrap } from '../../ui/text.ts';
import type { Style, Theme } from '../../ui/theme.ts';
import { figureText, type QueryResult, targetText, type Verdict, verdictOf } from './query-result.ts';

/** The head of a query: sign, title and figure at the left, its target at the right. */
function headLine(result: QueryResult, width: number, theme: Theme): string {
  const { title, value, unit, trouble, series, sinceStart } = result;
  const { sign, style } = lookOf(verdictOf(result), theme);
  const figure =
    trouble !== undefined ? 'no figure' : value === null ? 'no data' : figureText(value, printableLine(unit));
  const since = sinceStart && value !== null ? theme.dim('  since its pods started') : '';
  const more = series > 1 ? theme.dim(`  the first of ${series} series`) : since;
  const target = targetText(result);
  const left = `${style(`${sign} ${printableLine(title)}`)}  ${theme.strong(style(figure))}${more}`;
  return spread(left, target === '' ? '' : theme.dim(`target ${printableLine(target)}`), width);
}

function lookOf(verdict: Verdict, theme: Theme): { sign: string; style: Style } {
  const { symbols } = theme;
  const plain = (text: string) => text;
  if (verdict === 'met') return { sign: symbols.ok, style: theme.ok };
  if (verdict === 'missed') return { sign: symbols.bad, style: theme.bad };
  return { sign: verdict === 'none' ? symbols.dot : symbols.pending, style: plain };
}

/** A query as lines: head, what it means, and its course as a chart of what height is left; at least two lines. */
export function queryLines(result: QueryResult, width: number, height: number, theme: Theme): string[] {
  const { description, trouble, points, target, unit } = result;
  const about = trouble ?? description;
  const text = about === undefined ? [] : wrap(printableLine(about), width - 2).slice(0, trouble === undefined ? 1 : 3);
  const lines = [
    headLine(result, width, theme),
    ...text.map((line) => `  ${trouble ? theme.warn(line) : theme.dim(line)}`),
  ];
  const room = height - lines.length;
  const known = points.some((point) => point !== undefined);
  if (trouble !== undefined || !known || room < 1) return lines;
  if (room < 3) return [...lines, `  ${courseLine(result, width - 2, theme)}`];
  const value = target?.most ?? target?.least;
  const chart = chartLines({
    series: [{ values: points, style: theme.accent }],
    width,
    height: room,
    target: value === undefined ? undefined : { value, title: 'target' },
    format: (figure) => figureText(figure, printableLine(unit)),
    theme,
  });
  return [...lines, ...chart];
}

/** The course as one line of block signs. */
function courseLine({ points, target }: QueryResult, width: number, theme: Theme): string {
  const known = points.filter((point) => point !== undefined);
  if (known.length < 2) return '';
  const most = Math.max(...known, target?.most ?? target?.least ?? 0) || 1;
  return sparkline(known, width, theme, most);
}

/** What to do where the cluster has no Prometheus. */
export function withoutPrometheus(system: string): string[] {
  return [
    'No Prometheus was found in the cluster: no Service has its usual labels or names.',
    `One that is elsewhere: tars-console queries ${system} --prometheus https://prometheus.example.com`,
    '  in the console  :prometheus https://prometheus.example.com  or  :prometheus monitoring/prometheus:9090',
    '  a token for a URL is read from the variable TARS_CONSOLE_PROMETHEUS_TOKEN',
    'None yet: helm repo add prometheus-community https://prometheus-community.github.io/helm-charts',
    '  helm install monitoring prometheus-community/kube-prometheus-stack -n monitoring --create-namespace',
    'It must then be told to read the backend: the menu Monitoring has the scrape configuration.',
  ];
}
