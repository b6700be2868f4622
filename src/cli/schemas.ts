import type { z } from 'zod';
import { configurationSchema } from '../configuration/schema.ts';
import { scenarioSchema } from '../load/scenario.ts';
import { menuSchema } from '../menus/schema.ts';
import { checklistSchema } from '../playbooks/checklists/schema.ts';
import { eventSchema } from '../playbooks/runs/event-schema.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { systemSchema } from '../systems/schema.ts';
import { type JsonSchema, playbookJsonSchema, toJsonSchema } from './playbook-schema.ts';
import { stepDocs } from './step-docs.ts';
import { examplePlaybooks, stepExamples } from './step-examples.ts';

const draft = 'http://json-schema.org/draft-07/schema#';

/** The JSON Schemas that editors read, by their file names in `schemas/`. Made from the schemas that the program itself uses. */
export function jsonSchemas(): Record<string, string> {
  const whole = (schema: z.ZodType) => toJsonSchema(schema);
  const schemas: Record<string, [title: string, schema: JsonSchema]> = {
    'playbook.json': ['A playbook of tars-console', playbookJsonSchema(stepKinds)],
    'menu.json': ['A menu of tars-console', whole(menuSchema)],
    'checklist.json': ['A checklist of tars-console', whole(checklistSchema)],
    'system.json': ['A system of tars-console', whole(systemSchema)],
    'scenario.json': ['A load scenario of tars-console', whole(scenarioSchema)],
    'config.json': ['Settings of tars-console', whole(configurationSchema)],
    'event.json': ['An event of a run', whole(eventSchema)],
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, [title, schema]]) => [
      name,
      `${JSON.stringify({ $schema: draft, title, ...schema }, null, 2)}\n`,
    ]),
  );
}

/** Every file that is made from the schemas, with its text, by its path from the package's folder. */
export function generatedFiles(root: string): Record<string, string> {
  const schemas = Object.entries(jsonSchemas()).map(([name, text]) => [`schemas/${name}`, text]);
  const docs = stepDocs(stepKinds, stepExamples(examplePlaybooks(root), stepKinds));
  return { ...Object.fromEntries(schemas), 'docs/steps.md': docs };
}
