import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';

/** Who may import whom; a room may always import itself. The picture is in docs/guide.md. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  yaml: ['base'],
  ui: ['base'],
  kubernetes: ['base'],
  tools: ['base'],
  configuration: ['yaml', 'base'],
  systems: ['yaml', 'ui', 'base'],
  menus: ['yaml', 'ui', 'base'],
  cluster: ['kubernetes', 'ui', 'base'],
  load: ['cluster', 'systems', 'yaml', 'ui', 'base'],
  playbooks: ['load', 'cluster', 'systems', 'configuration', 'tools', 'kubernetes', 'yaml', 'ui', 'base'],
  sandbox: ['kubernetes', 'yaml', 'base'],
  app: ['menus', 'systems', 'playbooks', 'load', 'cluster', 'tools', 'kubernetes', 'yaml', 'ui', 'base'],
  cli: [
    'app',
    'menus',
    'systems',
    'configuration',
    'playbooks',
    'load',
    'cluster',
    'tools',
    'kubernetes',
    'yaml',
    'ui',
    'base',
  ],
  'main.ts': ['cli', 'base'],
};

interface Import {
  file: string;
  target: string;
}

const source = join(packageRoot(), 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    file,
    target: match[1] ?? '',
  })),
);
const room = (file: string) => file.split('/')[0] ?? '';
const local = ({ file, target }: Import) => relative(source, normalize(join(source, dirname(file), target)));

test('the test sees the files that it is about', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(new Set(files.map(room))).toEqual(
    new Set([...Object.keys(allowed)].filter((name) => name !== 'tools' || files.some((f) => room(f) === 'tools'))),
  );
});

test('imports go only in the stated directions', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('.'))
    .map((entry) => ({ ...entry, to: room(local(entry)) }))
    .filter(({ file, to }) => to !== room(file) && !allowed[room(file)]?.includes(to))
    .filter(({ file, to }) => !(to === 'sandbox' && /^cli\/sandbox(-[a-z]+)?\.ts$/.test(file)))
    .map(
      ({ file, to, target }) => `src/${file} imports ${target}: ${room(file)} may not use ${to}; move it or pass it in`,
    );
  expect(wrong).toEqual([]);
});

test('no file leads back to itself, not even by types', () => {
  const targets = new Map(files.map((file) => [file, new Set<string>()]));
  for (const entry of imports) if (entry.target.startsWith('.')) targets.get(entry.file)?.add(local(entry));
  const finished = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    else if (!finished.has(file)) for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles, 'move what both need into a file of its own').toEqual([]);
});

test('ink is drawn with in .tsx files, and neither they nor hooks touch files, processes or the client', () => {
  const drawing = (file: string) => file.endsWith('.tsx') || /(^|\/)use-[^/]+\.ts$/.test(file);
  const wrong = imports
    .filter(({ file, target }) =>
      drawing(file) ? /^(node:fs|node:child_process|@kubernetes\/client-node)/.test(target) : /^ink($|-)/.test(target),
    )
    .map(({ file, target }) => `src/${file} imports ${target}: drawing and doing are separate files`);
  expect(wrong).toEqual([]);
});

test('there are no barrels, default exports or rooms without a name', () => {
  const wrong = files.filter(
    (file) =>
      /(^|\/)(index|utils?|common|types|helpers?)\.tsx?$/.test(file) ||
      /^export default/m.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(wrong, 'name a file by its one idea and export it by name').toEqual([]);
});

test('a file holds one idea: none is longer than 250 lines', () => {
  const long = files
    .map((file) => ({ file, lines: readFileSync(join(source, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 250);
  expect(long).toEqual([]);
});

test('only the commands and the entry print or exit', () => {
  const wrong = files
    .filter((file) => !/^(cli\/|main\.ts)/.test(file))
    .filter((file) => /\b(console\.(log|error)|process\.exit)\(/.test(readFileSync(join(source, file), 'utf8')));
  expect(wrong, 'throw a Problem, or return what is to be printed').toEqual([]);
});
