import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayTakeLong } from '../../src/base/expression-cost.ts';
import { compileExpression, ExpressionError, findTemplates, renderValue } from '../../src/base/expressions.ts';
import { quantityFunctions } from '../../src/playbooks/scope.ts';

const variables = { inputs: { tag: 'string', rate: 'double' }, status: 'double', body: 'dyn', nodes: 'list' } as const;

function value(source: string, scope: Record<string, unknown> = {}): unknown {
  return compileExpression(source, { variables, functions: quantityFunctions }).evaluate(scope);
}

function fault(source: string): ExpressionError {
  try {
    compileExpression(source, { variables, functions: quantityFunctions });
  } catch (error) {
    if (error instanceof ExpressionError) return error;
  }
  throw new Error(`${source} is sound`);
}

describe('an expression', () => {
  it.each([
    ['inputs.tag == "x" && status > 3', false],
    ['has(body.items) ? double(size(body.items[0].?name.orValue(""))) : cpu("500m")', false],
    ['[inputs.tag, {"a": body.x.matches("(a+)+$")}]', true],
    ['nodes.map(a, nodes.map(b, a + b))', true],
    ['-size([body].filter(n, n > 1)) < 2 ? "a" : "b"', true],
    ['inputs.tag.replace("a", inputs.tag)', true],
  ])('%s is watched over only if it can take long', (source, watched) => {
    const { tree } = compileExpression(source, { variables, functions: quantityFunctions });
    expect(mayTakeLong(tree)).toBe(watched);
  });

  it.each([
    ['status == 200', { status: 200 }, true],
    ['status in [200, 204]', { status: 204 }, true],
    ['inputs.rate * 2 + 1', { inputs: { rate: 1.5 } }, 4],
    ['size(nodes) + 1', { nodes: [1, 2] }, 3],
    ['nodes.map(n, cpu(n.cpu)).sum() >= 8', { nodes: [{ cpu: '500m' }, { cpu: 7.5 }] }, true],
    ['bytes("16Gi") / bytes("1Gi")', {}, 16],
    ['round(142.3456, 1)', {}, 142.3],
    ['[3.0, 1.0].min() + [1, 2].max()', {}, 3],
    ['"a-b".replace("-", ".")', {}, 'a.b'],
    ['{"n": [1, 2]}', {}, { n: [1, 2] }],
    ['inputs.?missing.orValue("x")', { inputs: {} }, 'x'],
    ['body.ready ? "yes" : "no"', { body: { ready: true } }, 'yes'],
  ] as [string, Record<string, unknown>, unknown][])('%s', (source, scope, wanted) => {
    if (source.includes('missing')) {
      expect(compileExpression(source, { variables: { inputs: 'map' } }).evaluate(scope)).toEqual(wanted);
      return;
    }
    expect(value(source, scope)).toEqual(wanted);
  });

  it.each([
    ['inputs.tga', 7, 3, 'tga'],
    ['stats == 200', 0, 5, 'stats'],
    ['true && nope', 8, 4, 'nope'],
  ])('%s names what is unknown and where', (source, offset, length, unknown) => {
    expect(fault(source)).toMatchObject({ offset, length, unknown });
  });

  it.each([
    ['inputs.rate == "3"', 'double == string'],
    ['inputs.tag + 1', 'string + int'],
    ['status >', 'ends too early'],
    ['frobnicate(status)', 'there is no function `frobnicate(double)`'],
    ['bytes(true)', 'there is no function `bytes(bool)`'],
    ['', 'empty'],
  ])('%s is refused before it runs', (source, message) => {
    expect(fault(source).message).toContain(message);
  });

  it('says what is missing when it runs', () => {
    expect(() => value('body.a.b', { body: {} })).toThrow('there is no `a` here');
    expect(() => value('body.constructor', { body: {} })).toThrow('there is no `constructor` here');
  });

  it('fails in one way only, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.()[]{}"\'?:+-*/=<>!&|, 0x_') }), (source) => {
        try {
          compileExpression(source, { variables: { a: 'dyn', b: 'string' } });
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          const { offset, length } = error as ExpressionError;
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

const open = '$' + '{{';

describe('templates in texts', () => {
  it('end where the expression ends, not at braces inside of it', () => {
    const text = `a ${open} {"k": "}}"}["k"] }} b ${open}x}}`;
    expect(
      findTemplates(text).map(({ source, sourceStart }) => [
        source,
        text.slice(sourceStart, sourceStart + source.length),
      ]),
    ).toEqual([
      ['{"k": "}}"}["k"]', '{"k": "}}"}["k"]'],
      ['x', 'x'],
    ]);
  });

  it('without an end are refused at their beginning', () => {
    expect(() => findTemplates(`ab ${open} x }`)).toThrow(expect.objectContaining({ offset: 3 }));
  });

  it('keep the type when they are the whole text', () => {
    const rendered = renderValue({ a: [`${open} n }}`], b: `n=${open} n }}`, c: `$${open} n }}`, d: true }, () => 7);
    expect(rendered).toEqual({ a: [7], b: 'n=7', c: `${open} n }}`, d: true });
  });

  it('write lists and nothing as people do', () => {
    const values: Record<string, unknown> = { list: ['a', 'b'], nothing: null };
    expect(renderValue(`[${open}list}}] [${open}nothing}}]`, (source) => values[source])).toBe('[a, b] []');
  });
});
