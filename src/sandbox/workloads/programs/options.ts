/** Splits `-la --long=3 name` into letters, long options and names. `valued` are the letters that take a value. */
export function readOptions(
  args: readonly string[],
  valued = '',
): { flags: Set<string>; values: Map<string, string>; long: Map<string, string>; names: string[] } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const long = new Map<string, string>();
  const names: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      names.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...value] = arg.slice(2).split('=');
      long.set(name, value.join('='));
    } else if (arg.length > 1 && arg.startsWith('-')) {
      for (let letter = 1; letter < arg.length; letter += 1) {
        const flag = arg[letter] ?? '';
        flags.add(flag);
        if (!valued.includes(flag)) continue;
        const attached = arg.slice(letter + 1);
        if (attached === '') at += 1;
        values.set(flag, attached === '' ? (args[at] ?? '') : attached);
        break;
      }
    } else names.push(arg);
  }
  return { flags, values, long, names };
}

/** The value of each option that takes one; other words are names. */
export function splitOptions(args: readonly string[], valued: ReadonlySet<string>) {
  const options = new Map<string, string[]>();
  const names: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [long = '', ...attached] = arg.split('=');
    if (arg.startsWith('--') && attached.length > 0) add(options, long, attached.join('='));
    else if (valued.has(arg)) {
      at += 1;
      add(options, arg, args[at] ?? '');
    } else if (arg.startsWith('--')) add(options, arg, '');
    else if (arg.startsWith('-') && arg.length > 1) {
      for (let letter = 1; letter < arg.length; letter += 1) {
        const flag = `-${arg[letter]}`;
        if (!valued.has(flag)) {
          add(options, flag, '');
          continue;
        }
        const rest = arg.slice(letter + 1);
        if (rest === '') at += 1;
        add(options, flag, rest || (args[at] ?? ''));
        break;
      }
    } else names.push(arg);
  }
  const all = (...keys: string[]) => keys.flatMap((key) => options.get(key) ?? []);
  return {
    names,
    all,
    has: (...keys: string[]) => keys.some((key) => options.has(key)),
    one: (...keys: string[]) => all(...keys)[0],
  };
}

function add(options: Map<string, string[]>, name: string, value: string): void {
  options.set(name, [...(options.get(name) ?? []), value]);
}
