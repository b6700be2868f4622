import type { VariableShape, Variables, VariableType } from '../base/expression-environment.ts';
import type { ExpressionFunction } from '../base/expression-functions.ts';
import { parseBytes, parseCpu } from '../kubernetes/quantity.ts';
import { metricTypes } from '../systems/metric-types.ts';
import type { InputDefinition } from './model.ts';

/** Kubernetes' quantities in expressions: cores and bytes as doubles. */
export const quantityFunctions: readonly ExpressionFunction[] = [
  { signature: 'cpu(string): double', run: (text: string) => parseCpu(text) },
  { signature: 'cpu(double): double', run: (cores: number) => cores },
  { signature: 'cpu(int): double', run: (cores: bigint) => Number(cores) },
  { signature: 'bytes(string): double', run: (text: string) => parseBytes(text) },
  { signature: 'bytes(double): double', run: (count: number) => count },
  { signature: 'bytes(int): double', run: (count: bigint) => Number(count) },
];

/** What steps add to the scope while they run, by name. */
const localTypes: Variables = {
  status: 'double',
  headers: 'map',
  body: 'dyn',
  metrics: metricTypes,
  line: 'string',
  pod: 'string',
  container: 'string',
  values: 'list',
  series: 'list',
};

const valueTypes: Record<InputDefinition['type'], VariableType> = {
  string: 'string',
  number: 'double',
  boolean: 'bool',
  list: 'list',
};

/** The inputs of a playbook as expressions see them. */
export function inputTypes(inputs: Record<string, InputDefinition>): Record<string, VariableType> {
  return Object.fromEntries(Object.entries(inputs).map(([name, { type }]) => [name, valueTypes[type]]));
}

/** The types of names that a kind of step adds while it runs. */
export function typesOfLocals(names: readonly string[]): Variables {
  return Object.fromEntries(names.map((name) => [name, localTypes[name] ?? 'dyn']));
}

/** Names that no item of a `foreach` may take, as they stand for something else somewhere in its steps. */
export const reservedNames: readonly string[] = [
  ...['inputs', 'steps', 'system', 'cluster', 'run', 'outputs'],
  ...['status', 'headers', 'body', 'metrics'],
];

/** What every playbook knows of its system, of the cluster that it runs on and of its own run. */
export const surroundings = {
  system: {
    name: 'string',
    title: 'string',
    namespace: 'string',
    workloads: 'list',
    autoscalers: 'list',
    services: 'list',
    targets: 'list',
  },
  cluster: {
    version: 'string',
    context: 'string',
    server: 'string',
    namespace: 'string',
    sandbox: 'bool',
    console: 'string',
    kubectl: 'string',
    apis: 'list',
  },
  run: { time: 'string' },
} as const satisfies Variables;

/** The names that an expression in a playbook may use, for its check before anything runs. */
export function playbookVariables(
  inputs: Record<string, InputDefinition>,
  steps: VariableShape = 'map',
  locals: Variables = {},
): Variables {
  return {
    inputs: inputTypes(inputs),
    steps,
    ...surroundings,
    ...locals,
  };
}
