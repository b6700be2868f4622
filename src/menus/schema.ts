import { z } from 'zod';

/** Screens that a menu can open. */
const menuViews = ['status', 'access', 'queries', 'readings'] as const;
export type MenuView = (typeof menuViews)[number];

/** What an item leads to: each has exactly one of these. */
const itemKinds = ['playbook', 'items', 'view', 'page', 'diagnose', 'checklist'] as const;

/** What stands in the file; exactly one of `itemKinds`. */
export interface WrittenMenuItem {
  title: string;
  description?: string | undefined;
  playbook?: string | undefined;
  inputs?: Record<string, string | number | boolean | string[]> | undefined;
  items?: WrittenMenuItem[] | undefined;
  view?: MenuView | undefined;
  page?: string | undefined;
  diagnose?: string | undefined;
  checklist?: string | undefined;
}

const fields = {
  title: z.string().min(1).describe('What the operator reads'),
  description: z.string().optional().describe('What it does and why, in a sentence or two'),
  playbook: z
    .string()
    .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a playbook is named `<system>/<name>`, e.g. `tars/deploy`')
    .optional()
    .describe('The playbook that is run'),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .optional()
    .describe('Values that are filled in already'),
  view: z.enum(menuViews).optional().describe('The screen that is opened'),
  diagnose: z
    .string()
    .regex(
      /^(all|[a-z0-9-]+\/[a-z0-9-]+)$/,
      'a diagnosis is named `<system>/<name>`, e.g. `tars/diagnose-pods`, or `all`',
    )
    .optional()
    .describe('The diagnosis that is made: a playbook with `diagnosis: true`, or `all` of the system'),
  page: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a page is named like its file in `pages/`, without `.md`: `next-steps`')
    .optional()
    .describe('The page of the system that is read: `pages/<name>.md` beside its `system.yaml`'),
  checklist: z
    .string()
    .regex(
      /^[a-z0-9]+(-[a-z0-9]+)*$/,
      'a checklist is named like its file in `checklists/`, without `.yaml`: `production`',
    )
    .optional()
    .describe('The checklist of the system that is opened: `checklists/<name>.yaml` beside its `system.yaml`'),
};

const menuItem: z.ZodType<WrittenMenuItem> = z
  .strictObject({
    ...fields,
    get items() {
      return z.array(menuItem).min(1).optional().describe('A menu below this one');
    },
  })
  .superRefine((item, context) => {
    const kinds = itemKinds.filter((key) => item[key] !== undefined);
    if (kinds.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `an item has one of ${listed(itemKinds)}; this one has ${kinds.length === 0 ? 'none' : listed(kinds)}`,
      });
    else if (item.inputs && item.playbook === undefined)
      context.addIssue({ code: 'custom', path: ['inputs'], message: '`inputs` belong to a `playbook`' });
  });

/** `menus/*.yaml`: what the operator can choose for a system. */
export const menuSchema = z.strictObject({
  system: z.string().min(1).describe('The system that the menu is for'),
  title: z.string().min(1),
  description: z.string().optional(),
  items: z.array(menuItem).min(1),
});

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(' and ');
}
