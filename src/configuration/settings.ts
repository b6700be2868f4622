import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../base/duration.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { hasErrors, invalidFiles } from '../yaml/diagnostics.ts';
import { parseYaml } from '../yaml/parse.ts';
import { diagnosticAtPath, validateYaml } from '../yaml/validate.ts';
import { configurationFile } from './configuration-file.ts';
import { type ConfigurationFile, configurationSchema, type ToolName } from './schema.ts';
import { parseSize } from './size.ts';
import { readVariables } from './variables.ts';

/** What the user has set, by `config.yaml` and `TARS_CONSOLE_…` variables; undefined is everybody's own default. */
export interface Settings {
  refreshMs: number | undefined;
  frameRate: number | undefined;
  /** Patterns of contexts that are production. */
  production: readonly string[];
  /** By system. */
  namespaces: Readonly<Record<string, string>>;
  imageEngine: string | undefined;
  /** Absolute paths. */
  tools: Readonly<Partial<Record<ToolName, string>>>;
  proxy: string | undefined;
  noProxy: readonly string[] | undefined;
  caFile: string | undefined;
  mirror: { images: Readonly<Record<string, string>>; charts: string | undefined };
  /** In bytes. */
  historySize: number | undefined;
}

/** The user's settings: variables win over the file. Throws `Problem` (exit code 2) with every fault in either. */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const file = configurationFile(env);
  const { value, diagnostics } = existsSync(file) ? readConfiguration(file, file, env) : { value: {}, diagnostics: [] };
  if (!value || hasErrors(diagnostics)) throw invalidFiles(diagnostics);
  const given = readVariables(env);
  const tools = { ...value.tools, ...given.tools };
  return settingsOf({ ...value, ...given, tools, mirror: { ...value.mirror, ...given.mirror } }, env);
}

/** Reads a configuration file, and looks whether the files that it names are there. Never throws for what is wrong with it. */
export function readConfiguration(
  file: string,
  shown: string = file,
  env: NodeJS.ProcessEnv = process.env,
): { value: ConfigurationFile | undefined; diagnostics: Diagnostic[] } {
  const document = parseYaml(readFileSync(file, 'utf8'), shown);
  // A file in which everything is commented out sets nothing.
  if (document.value === null && document.diagnostics.length === 0) return { value: {}, diagnostics: [] };
  const { value, diagnostics } = validateYaml(document, configurationSchema);
  const absent = value ? namedFiles(value).filter(({ path }) => !existsSync(expanded(path, env))) : [];
  return {
    value,
    diagnostics: [
      ...document.diagnostics,
      ...diagnostics,
      ...absent.map(({ at, path }) => diagnosticAtPath(document, at, { message: `there is nothing at \`${path}\`` })),
    ],
  };
}

function namedFiles({ tools = {}, mirror, ...rest }: ConfigurationFile): { at: string[]; path: string }[] {
  const named: [string[], string | undefined][] = [
    [['ca-file'], rest['ca-file']],
    [['mirror', 'charts'], mirror?.charts],
    ...Object.entries(tools).map(([name, path]): [string[], string | undefined] => [['tools', name], path]),
  ];
  return named.flatMap(([at, path]) => (path === undefined ? [] : [{ at, path }]));
}

function settingsOf(file: ConfigurationFile, env: NodeJS.ProcessEnv): Settings {
  const path = (text: string | undefined) => (text === undefined ? undefined : expanded(text, env));
  const tools = Object.entries(file.tools ?? {}).map(([name, place]) => [name, path(place)]);
  return {
    refreshMs: file.refresh === undefined ? undefined : parseDuration(file.refresh),
    frameRate: file['frame-rate'],
    production: file.production ?? [],
    namespaces: file.namespaces ?? {},
    imageEngine: file['image-engine'],
    tools: Object.fromEntries(tools) as Settings['tools'],
    proxy: file.proxy,
    noProxy: file['no-proxy'],
    caFile: path(file['ca-file']),
    mirror: { images: file.mirror?.images ?? {}, charts: path(file.mirror?.charts) },
    historySize: file['history-size'] === undefined ? undefined : parseSize(file['history-size']),
  };
}

function expanded(path: string, env: NodeJS.ProcessEnv): string {
  return path.startsWith('~/') ? join(env.HOME || homedir(), path.slice(2)) : path;
}
