import { Chalk, type ColorSupportLevel } from 'chalk';

/** Wraps text in the escapes of a style; the identity where there are no colours. Fit text first, then style it. */
export type Style = (text: string) => string;

/** What signs mean, in Unicode or ASCII; each is one column wide. */
export interface Symbols {
  ok: string;
  bad: string;
  warn: string;
  dot: string;
  pending: string;
  skipped: string;
  pointer: string;
  submenu: string;
  next: string;
  ellipsis: string;
  cursor: string;
  spinner: readonly string[];
  /** From low to high. */
  levels: readonly string[];
  bar: string;
  barEmpty: string;
  bullet: string;
  separator: string;
  up: string;
  down: string;
  enter: string;
  /** A port-forward. */
  forward: string;
}

/** The signs that boxes are drawn with. */
export interface BorderSigns {
  topLeft: string;
  topRight: string;
  bottomLeft: string;
  bottomRight: string;
  joinLeft: string;
  joinRight: string;
  horizontal: string;
  vertical: string;
}

export type ChartSigns = [string, string, string, string, string, string, string, string, string, string];

/** Components name meaning; this is the only place that knows colours and signs. */
export interface Theme {
  color: ColorSupportLevel;
  unicode: boolean;
  symbols: Symbols;
  border: BorderSigns;
  /** asciichart's ten signs. */
  chart: ChartSigns;
  ok: Style;
  warn: Style;
  bad: Style;
  info: Style;
  dim: Style;
  accent: Style;
  title: Style;
  strong: Style;
  /** The chosen row of a list that has the focus; a pointer stands beside it. */
  selected: Style;
  /** The chosen row of a list without the focus. */
  selectedIdle: Style;
  /** Keys in hints. */
  key: Style;
  /** Borders of a pane with and without the focus. */
  borderFocused: Style;
  borderIdle: Style;
  /** Labels that must not be overlooked: SANDBOX, production, stand-in. */
  badge: Style;
  badgeWarn: Style;
  secondary: Style;
  inverse: Style;
}

const unicodeSymbols: Symbols = {
  ok: '✓',
  bad: '✗',
  warn: '▲',
  dot: '●',
  pending: '○',
  skipped: '–',
  pointer: '❯',
  submenu: '▸',
  next: '→',
  ellipsis: '…',
  cursor: '█',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  bar: '█',
  barEmpty: '░',
  bullet: '•',
  separator: '·',
  up: '↑',
  down: '↓',
  enter: '⏎',
  forward: '⇄',
};

const asciiSymbols: Symbols = {
  ok: '+',
  bad: 'x',
  warn: '!',
  dot: '*',
  pending: '.',
  skipped: '-',
  pointer: '>',
  submenu: '>',
  next: '>',
  ellipsis: '~',
  cursor: '_',
  spinner: ['|', '/', '-', '\\'],
  levels: ['_', '.', ',', '-', '=', '+', '*', '#'],
  bar: '#',
  barEmpty: '.',
  bullet: '*',
  separator: '-',
  up: '^',
  down: 'v',
  enter: 'Enter',
  forward: '=',
};

const unicodeBorder: BorderSigns = {
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  joinLeft: '├',
  joinRight: '┤',
  horizontal: '─',
  vertical: '│',
};

const asciiBorder: BorderSigns = {
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  joinLeft: '+',
  joinRight: '+',
  horizontal: '-',
  vertical: '|',
};

/** A theme for a colour level (0 none, 1 sixteen, 2 256, 3 true colour) and with or without Unicode signs. */
export function createTheme({ color, unicode }: { color: ColorSupportLevel; unicode: boolean }): Theme {
  const chalk = new Chalk({ level: color });
  const sixteen = color < 2;
  const grey = one(sixteen ? chalk.gray : chalk.ansi256(245));
  const blue = sixteen ? chalk.blueBright : chalk.ansi256(75);
  const badge = (style: Style): Style => (color === 0 ? (text) => `[${text.trim()}]` : style);
  return {
    color,
    unicode,
    symbols: unicode ? unicodeSymbols : asciiSymbols,
    border: unicode ? unicodeBorder : asciiBorder,
    chart: unicode
      ? ['┼', '┤', '╶', '╴', '─', '╰', '╭', '╮', '╯', '│']
      : ['+', '|', '-', '-', '-', '`', '.', '.', "'", '|'],
    ok: one(chalk.green),
    warn: one(chalk.yellow),
    bad: one(chalk.red),
    info: one(chalk.cyan),
    dim: grey,
    accent: one(blue),
    title: one(chalk.bold),
    strong: one(chalk.bold),
    selected: one(blue.bold),
    selectedIdle: one(chalk.bold),
    key: one(chalk.bold),
    borderFocused: one(blue),
    borderIdle: one(sixteen ? chalk.gray : chalk.ansi256(240)),
    badge: badge(one(chalk.black.bgCyan)),
    badgeWarn: badge(one(chalk.black.bgYellow)),
    secondary: one(sixteen ? chalk.magenta : chalk.ansi256(176)),
    inverse: one(chalk.inverse),
  };
}

/** A style of exactly one text: chalk joins all that it is given, which `map` would add the index to. */
function one(style: (text: string) => string): Style {
  return (text) => style(text);
}

/**
 * The theme that a terminal can show. Colours: none with NO_COLOR (https://no-color.org) or TERM=dumb, else by COLORTERM
 * and TERM. Signs: ASCII where the locale (LC_ALL, LC_CTYPE, LANG, in POSIX' order) is set and is not UTF-8, and on
 * terminals whose fonts lack them (the Linux console, dumb).
 */
export function detectTheme(env: NodeJS.ProcessEnv = process.env): Theme {
  return createTheme({ color: colorLevel(env), unicode: hasUnicode(env) });
}

function colorLevel(env: NodeJS.ProcessEnv): ColorSupportLevel {
  const term = env.TERM ?? '';
  if (env.NO_COLOR || term === 'dumb' || term === '') return 0;
  if (/truecolor|24bit/i.test(env.COLORTERM ?? '')) return 3;
  return /256|direct/.test(term) ? 2 : 1;
}

function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
