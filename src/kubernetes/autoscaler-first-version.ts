import type { KubernetesObject } from './object.ts';

/**
 * HorizontalPodAutoscaler `autoscaling/v2` ↔ `autoscaling/v1` (`pkg/apis/autoscaling/v1/conversion.go`): v1 knows the utilization
 * of CPU alone, and keeps all else in annotations, so that nothing is lost on the way there and back.
 */

type Fields = Record<string, unknown>;

const prefix = 'autoscaling.alpha.kubernetes.io';
const names = {
  metrics: `${prefix}/metrics`,
  statuses: `${prefix}/current-metrics`,
  conditions: `${prefix}/conditions`,
  behavior: `${prefix}/behavior`,
};

/** A v2 object as v1; its `apiVersion` is the caller's to set. */
export function toFirstVersion(object: KubernetesObject): KubernetesObject {
  const { metrics, behavior, ...spec } = fieldsOf(object.spec);
  const { currentMetrics, conditions, ...status } = fieldsOf(object.status);
  const statuses = listOf(currentMetrics);
  const target = listOf(metrics).find(isCpuUtilization);
  const used = statuses.map(utilizationOf).find((one) => one !== undefined);
  const kept: Record<string, string> = withoutNotes(object.metadata.annotations);
  const note = (name: string, value: unknown) => (kept[name] = JSON.stringify(value));
  const others = listOf(metrics).filter((metric) => !isCpuUtilization(metric));
  if (others.length > 0)
    note(
      names.metrics,
      others.map((metric) => sourceTo(metric, 'target')),
    );
  if (statuses.length > 0)
    note(
      names.statuses,
      statuses.map((metric) => sourceTo(metric, 'current')),
    );
  if (behavior !== undefined) note(names.behavior, renameKeys(behavior, upper));
  if (listOf(conditions).length > 0) note(names.conditions, conditions);
  return {
    ...object,
    metadata: withAnnotations(object, kept),
    spec: { ...spec, ...(target ? { targetCPUUtilizationPercentage: cpuTargetOf(target) } : {}) },
    ...(object.status === undefined
      ? {}
      : {
          status: {
            currentReplicas: 0,
            ...status,
            ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }),
          },
        }),
  };
}

/** A v1 object as v2. Without any metric it aims at 80 % of CPU. */
export function fromFirstVersion(object: KubernetesObject): KubernetesObject {
  const { targetCPUUtilizationPercentage: utilization, ...spec } = fieldsOf(object.spec);
  const { currentCPUUtilizationPercentage: used, ...status } = fieldsOf(object.status);
  const { annotations } = object.metadata;
  const noted = (name: string) => parsed(annotations?.[name]);
  const others = listOf(noted(names.metrics)).map((metric) => sourceFrom(metric, 'target'));
  const cpu = utilization !== undefined ? [cpuMetric(utilization)] : others.length === 0 ? [cpuMetric(80)] : [];
  const behavior = noted(names.behavior);
  const statuses = noted(names.statuses);
  const conditions = noted(names.conditions);
  return {
    ...object,
    metadata: withAnnotations(object, withoutNotes(annotations)),
    spec: { ...spec, metrics: [...others, ...cpu], ...(behavior ? { behavior: renameKeys(behavior, lower) } : {}) },
    ...(object.status === undefined
      ? {}
      : {
          status: {
            ...status,
            ...(statuses
              ? { currentMetrics: listOf(statuses).map((metric) => sourceFrom(metric, 'current')) }
              : used === undefined
                ? {}
                : {
                    currentMetrics: [
                      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: used } } },
                    ],
                  }),
            ...(conditions ? { conditions } : {}),
          },
        }),
  };
}

const cpuMetric = (averageUtilization: unknown) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

function cpuTargetOf(metric: Fields): unknown {
  return fieldsOf(fieldsOf(metric.resource).target).averageUtilization;
}

function isCpuUtilization(metric: Fields): boolean {
  return fieldsOf(metric.resource).name === 'cpu' && cpuTargetOf(metric) !== undefined;
}

function utilizationOf(status: Fields): unknown {
  const { name, current } = fieldsOf(status.resource);
  return name === 'cpu' ? fieldsOf(current).averageUtilization : undefined;
}

const sources = ['resource', 'containerResource', 'pods', 'object', 'external'];

/** `target` or `current` of a v2 source is spread over the v1 source: `targetAverageValue`, `currentValue`. */
function sourceTo(metric: Fields, side: 'target' | 'current'): Fields {
  return mapSource(metric, (kind, { metric: named, describedObject, [side]: measured, ...rest }) => {
    const { name: metricName, selector } = fieldsOf(named);
    const { type: _, averageUtilization, averageValue, value } = fieldsOf(measured);
    const values = { AverageUtilization: averageUtilization, Value: value, AverageValue: averageValue };
    const spread = Object.entries(values).map(([key, one]) => [keyFor(kind, side, key), one]);
    const selectorKey = kind === 'external' ? 'metricSelector' : 'selector';
    return present({
      ...rest,
      ...(describedObject ? { target: describedObject } : {}),
      metricName,
      [selectorKey]: selector,
      ...Object.fromEntries(spread),
    });
  });
}

function sourceFrom(metric: Fields, side: 'target' | 'current'): Fields {
  return mapSource(metric, (kind, { metricName, selector, metricSelector, ...source }) => {
    const take = (key: string) => {
      const name = keyFor(kind, side, key);
      const value = source[name];
      delete source[name];
      return value;
    };
    const averageUtilization = take('AverageUtilization');
    const averageValue = take('AverageValue');
    const value = take('Value');
    const { target: describedObject, ...rest } = source;
    const type =
      averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value';
    const measured = present({ averageUtilization, averageValue, value });
    return present({
      ...rest,
      describedObject,
      metric:
        metricName === undefined ? undefined : present({ name: metricName, selector: selector ?? metricSelector }),
      [side]: side === 'target' ? { type, ...measured } : measured,
    });
  });
}

/** An Object metric's average is named without its side, for historical reasons. */
function keyFor(kind: string, side: 'target' | 'current', key: string): string {
  return kind === 'object' && key === 'AverageValue' ? 'averageValue' : `${side}${key}`;
}

function mapSource(metric: Fields, change: (kind: string, source: Fields) => Fields): Fields {
  const entries = Object.entries(metric);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, sources.includes(key) ? change(key, { ...fieldsOf(value) }) : value]),
  );
}

function withAnnotations({ metadata }: KubernetesObject, annotations: Record<string, string>) {
  const { annotations: _, ...rest } = metadata;
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
}

function withoutNotes(annotations: Record<string, string> | undefined): Record<string, string> {
  const own = new Set(Object.values(names));
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !own.has(name)));
}

/** What a client wrote into an annotation is not always JSON; then it says nothing. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const upper = (key: string) => key.charAt(0).toUpperCase() + key.slice(1);
const lower = (key: string) => key.charAt(0).toLowerCase() + key.slice(1);

function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => renameKeys(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [rename(key), renameKeys(one, rename)]));
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
