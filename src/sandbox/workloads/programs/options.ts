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
