import { randomBytes } from 'node:crypto';
import type { Masker } from '../../base/masking.ts';
import type { InputDefinition, Playbook } from '../model.ts';
import { everyStep } from '../plan.ts';

/** The values of sensitive inputs, in memory only and masked from the moment they are known. */
export interface SensitiveInputs {
  /** Undefined when it was not given and cannot be generated. */
  get(name: string): string | undefined;
  /** The same, but nothing is generated. */
  known(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** What is generated is so when it is first asked for: a step that finds it in the cluster never asks. */
export function createSensitiveInputs(
  playbook: Playbook,
  given: Record<string, string>,
  masker: Masker,
): SensitiveInputs {
  const definitions = sensitiveInputs(playbook);
  const values = new Map(Object.entries(given));
  for (const value of values.values()) masker.add(value);
  const set = (name: string, value: string) => {
    masker.add(value);
    values.set(name, value);
  };
  return {
    set,
    known: (name) => values.get(name),
    get(name) {
      const { generate } = definitions[name] ?? {};
      if (!values.has(name) && generate) set(name, randomBytes(generate.bytes).toString(generate.encoding));
      return values.get(name);
    },
  };
}

/** The sensitive inputs of a playbook and of those that it calls, by name. */
export function sensitiveInputs(playbook: Playbook): Record<string, InputDefinition> {
  const playbooks = [...everyStep(playbook).flatMap(({ called }) => called ?? []), playbook];
  const all = playbooks.flatMap(({ inputs }) => Object.entries(inputs));
  return Object.fromEntries(all.filter(([, { sensitive }]) => sensitive));
}
