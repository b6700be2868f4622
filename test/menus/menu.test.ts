import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMenu, menuItems } from '../../src/menus/menu.ts';

function load(items: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'tars-console-test-')), 'menu.yaml');
  writeFileSync(file, `system: shop\ntitle: Shop\nitems:\n${items}`);
  return loadMenu(file, 'workspace', () => 'menu.yaml');
}

describe('a menu', () => {
  it('holds playbooks with presets, views, pages, and menus below it', () => {
    const { value } = load(
      '  - { title: A, playbook: shop/a, inputs: { n: 1 } }\n  - { title: B, items: [{ title: C, view: status }] }\n  - { title: D, page: next-steps }\n',
    );
    expect(value?.items).toEqual([
      { title: 'A', kind: 'playbook', playbook: 'shop/a', inputs: { n: 1 } },
      { title: 'B', kind: 'menu', items: [{ title: 'C', kind: 'view', view: 'status' }] },
      { title: 'D', kind: 'page', page: 'next-steps' },
    ]);
    expect([...menuItems(value?.items ?? [])].map(({ item, path }) => [item.title, path.join('.')])).toEqual([
      ['A', 'items.0'],
      ['B', 'items.1'],
      ['C', 'items.1.items.0'],
      ['D', 'items.2'],
    ]);
  });

  it.each([
    [
      '  - { title: A }\n',
      '4:5 an item has one of `playbook`, `items`, `view`, `page`, `diagnose` and `checklist`; this one has none',
    ],
    ['  - { title: A, view: status, playbook: shop/a }\n', '4:5 an item has one of'],
    ['  - { title: A, view: status, page: next-steps }\n', 'this one has `view` and `page`'],
    ['  - { title: A, page: ../../secret }\n', '4:23 a page is named like its file'],
    ['  - { title: A, view: statsu }\n', '4:23 the text `statsu` is not allowed here'],
    ['  - { title: A, playbook: a }\n', '4:27 a playbook is named `<system>/<name>`'],
    ['  - { titel: A, view: status }\n', '4:7 unknown key `titel`'],
    ['  - { title: A, view: status, inputs: { a: 1 } }\n', '4:39 `inputs` belong to a `playbook`'],
    ['  - { title: A, items: [{ title: B, playbok: a/b }] }\n', '4:37 unknown key `playbok`'],
    ['  []\n', '4:3 this list must have at least 1 item'],
  ])('is refused: %s', (items, message) => {
    const { value, diagnostics } = load(items);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ line, column, message: said }) => `${line}:${column} ${said}`).join('\n')).toContain(
      message,
    );
  });
});
