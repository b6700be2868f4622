/** The value of `$((…))`: whole numbers, variables, `+ - * / %`, comparisons, `&& || !`, brackets. Faults count as 0. */
export function evaluate(text: string, variables: ReadonlyMap<string, string>): number {
  const tokens =
    text.match(/\d+|[A-Za-z_]\w*|\$|<=|>=|==|!=|&&|\|\||[-+*/%()<>!]/g)?.filter((token) => token !== '$') ?? [];
  let at = 0;
  const levels: Record<string, (a: number, b: number) => number>[] = [
    { '||': (a, b) => Number(a !== 0 || b !== 0) },
    { '&&': (a, b) => Number(a !== 0 && b !== 0) },
    { '==': (a, b) => Number(a === b), '!=': (a, b) => Number(a !== b) },
    {
      '<': (a, b) => Number(a < b),
      '>': (a, b) => Number(a > b),
      '<=': (a, b) => Number(a <= b),
      '>=': (a, b) => Number(a >= b),
    },
    { '+': (a, b) => a + b, '-': (a, b) => a - b },
    { '*': (a, b) => a * b, '/': (a, b) => Math.trunc(a / (b || 1)), '%': (a, b) => a % (b || 1) },
  ];
  const binary = (level: number): number => {
    const operators = levels[level];
    if (!operators) return unary();
    let value = binary(level + 1);
    const operator = () => (Object.hasOwn(operators, tokens[at] ?? '') ? operators[tokens[at] ?? ''] : undefined);
    for (let apply = operator(); apply; apply = operator()) {
      at += 1;
      value = apply(value, binary(level + 1));
    }
    return value;
  };
  const unary = (): number => {
    const token = tokens[at] ?? '0';
    at += 1;
    if (token === '-') return -unary();
    if (token === '+') return unary();
    if (token === '!') return Number(unary() === 0);
    if (token === '(') {
      const value = binary(0);
      at += 1;
      return value;
    }
    const value = Number(/^\d/.test(token) ? token : variables.get(token));
    return Number.isFinite(value) ? Math.trunc(value) : 0;
  };
  return binary(0);
}
