import { z } from 'zod';
import { configurationSchema } from '../configuration/schema.ts';
import { scenarioSchema } from '../load/scenario.ts';
import { menuSchema } from '../menus/schema.ts';
import { eventSchema } from '../playbooks/runs/event-schema.ts';
import { wholePlaybookSchema } from '../playbooks/schema.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { systemSchema } from '../systems/schema.ts';

/** The JSON Schemas that editors read, by their file names in `schemas/`. Made from the schemas that the program itself uses. */
export function jsonSchemas(): Record<string, string> {
  const schemas: Record<string, [title: string, schema: z.ZodType]> = {
    'playbook.json': ['A playbook of tars-console', wholePlaybookSchema(stepKinds)],
    'menu.json': ['A menu of tars-console', menuSchema],
    'system.json': ['A system of tars-console', systemSchema],
    'scenario.json': ['A load scenario of tars-console', scenarioSchema],
    'config.json': ['Settings of tars-console', configurationSchema],
    'event.json': ['An event of a run', eventSchema],
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, [title, schema]]) => {
      const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
      return [name, `${JSON.stringify({ title, ...made }, null, 2)}\n`];
    }),
  );
}
