import { exitCodes, Problem } from '../base/errors.ts';
import { type ConfigurationFile, configurationSchema, toolNames } from './schema.ts';

type Key = keyof ConfigurationFile;

/** How a setting is written in its variable: as one text, a number, a list with commas, or a map of `name=value` with commas. */
const variables: readonly { variable: string; key: Key; below?: string; form: 'text' | 'number' | 'list' | 'map' }[] = [
  { variable: 'TARS_CONSOLE_REFRESH', key: 'refresh', form: 'text' },
  { variable: 'TARS_CONSOLE_FRAME_RATE', key: 'frame-rate', form: 'number' },
  { variable: 'TARS_CONSOLE_PRODUCTION', key: 'production', form: 'list' },
  { variable: 'TARS_CONSOLE_NAMESPACES', key: 'namespaces', form: 'map' },
  { variable: 'TARS_CONSOLE_IMAGE_ENGINE', key: 'image-engine', form: 'text' },
  ...toolNames.map((below) => ({
    variable: `TARS_CONSOLE_${below.toUpperCase()}`,
    key: 'tools' as const,
    below,
    form: 'text' as const,
  })),
  { variable: 'TARS_CONSOLE_PROXY', key: 'proxy', form: 'text' },
  { variable: 'TARS_CONSOLE_NO_PROXY', key: 'no-proxy', form: 'list' },
  { variable: 'TARS_CONSOLE_CA_FILE', key: 'ca-file', form: 'text' },
  { variable: 'TARS_CONSOLE_MIRROR_IMAGES', key: 'mirror', below: 'images', form: 'map' },
  { variable: 'TARS_CONSOLE_MIRROR_CHARTS', key: 'mirror', below: 'charts', form: 'text' },
  { variable: 'TARS_CONSOLE_HISTORY_SIZE', key: 'history-size', form: 'text' },
];

/** The settings that variables give, as the file would hold them; empty variables count for nothing. Throws `Problem`. */
export function readVariables(env: NodeJS.ProcessEnv): Partial<ConfigurationFile> {
  const read: Record<string, unknown> = {};
  for (const { variable, key, below, form } of variables) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const value = readValue(text, form, variable);
    const whole = below === undefined ? value : { [below]: value };
    const result = configurationSchema.shape[key].safeParse(whole);
    if (!result.success) throw wrong(variable, result.error.issues[0]?.message);
    read[key] = below === undefined ? value : { ...(read[key] as object | undefined), [below]: value };
  }
  return read as Partial<ConfigurationFile>;
}

function readValue(text: string, form: (typeof variables)[number]['form'], variable: string): unknown {
  if (form === 'text') return text;
  if (form === 'number') return Number(text);
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (form === 'list') return items;
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=');
      if (at < 1) throw wrong(variable, 'it is written like name=value,name=value');
      return [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}

function wrong(variable: string, why = 'it is not understood'): Problem {
  return new Problem(`The variable ${variable} is not right: ${why}`, { exitCode: exitCodes.usage });
}
