import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath, getPath, type PathSegment, parsePath, setPath } from '../../src/yaml/path.ts';

const deployment = {
  metadata: { name: 'tars-backend', annotations: { 'a.b/c': 'x' } },
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'backend', image: 'old' },
          { name: 'proxy', image: 'envoy' },
        ],
      },
    },
  },
};

describe('a structural path', () => {
  it('finds the item of a list by a field', () => {
    expect(getPath(deployment, 'spec.template.spec.containers[name=proxy].image')).toBe('envoy');
  });

  it('reads keys with dots in quotes', () => {
    expect(getPath(deployment, 'metadata.annotations["a.b/c"]')).toBe('x');
  });

  it('changes one value and shares the rest', () => {
    const changed = setPath(deployment, 'spec.template.spec.containers[name=backend].image', 'new');
    expect(getPath(changed, 'spec.template.spec.containers[0].image')).toBe('new');
    expect(deployment.spec.template.spec.containers[0]?.image).toBe('old');
    expect(changed.metadata).toBe(deployment.metadata);
    expect(changed.spec.template.spec.containers[1]).toBe(deployment.spec.template.spec.containers[1]);
  });

  it('makes maps whose keys are the user’s own', () => {
    expect(setPath({ metadata: {} }, 'metadata.labels["app.kubernetes.io/part-of"]', 'tars')).toEqual({
      metadata: { labels: { 'app.kubernetes.io/part-of': 'tars' } },
    });
  });

  it.each([
    ['spec.template.spec.containers[name=backnd].image', 'did you mean `backend`?'],
    ['spec.templat.spec.x', 'did you mean `template`?'],
    ['spec.template.spec.containers[7].image', 'has 2 items'],
    ['spec.template.spec.containers.image', 'is a list'],
    ['metadata.name.first', 'is neither a map nor a list'],
    ['spec..template', 'cannot be read from its character 5'],
    ['', 'cannot be read'],
    ['.spec', 'cannot be read'],
    ['spec[', 'cannot be read'],
  ])('says why %s matches nothing', (path, reason) => {
    expect(() => setPath(deployment, path, 1)).toThrow(reason);
  });

  it('cannot be used to reach prototypes', () => {
    const changed = setPath({ a: {} as Record<string, unknown> }, 'a["__proto__"]', { polluted: true });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(changed.a)).toBe(Object.prototype);
    expect(getPath({}, 'constructor')).toBeUndefined();
  });
});

const key = fc.oneof(fc.stringMatching(/^[a-z][a-zA-Z0-9-]{0,8}$/), fc.string({ minLength: 1, maxLength: 12 }));
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(key, tie('node'), { maxKeys: 4 }),
  ),
})).node;

/** Every place in a tree, as segments. */
function placesIn(value: unknown, before: PathSegment[] = []): PathSegment[][] {
  if (value === null || typeof value !== 'object') return [];
  const below = Array.isArray(value)
    ? value.map((item, index): [PathSegment, unknown] => [{ index }, item])
    : Object.entries(value).map(([name, item]): [PathSegment, unknown] => [{ key: name }, item]);
  return below.flatMap(([segment, item]) => [[...before, segment], ...placesIn(item, [...before, segment])]);
}

describe('any path into any value', () => {
  it('is read back from its own text', () => {
    fc.assert(
      fc.property(tree, (value) => {
        for (const place of placesIn(value)) expect(parsePath(formatPath(place))).toEqual(place);
      }),
    );
  });

  it('gives back what was set by it and leaves everything else as it was', () => {
    fc.assert(
      fc.property(tree, fc.nat(), fc.jsonValue(), (value, pick, replacement) => {
        const places = placesIn(value);
        const place = places[pick % Math.max(1, places.length)];
        if (!place) return;
        const copy = structuredClone(value);
        const changed = setPath(value, formatPath(place), replacement);
        expect(getPath(changed, formatPath(place))).toEqual(replacement);
        expect(value).toEqual(copy);
        const text = formatPath(place);
        for (const other of places.map((one) => formatPath(one)))
          if (!other.startsWith(text) && !text.startsWith(other))
            expect(getPath(changed, other)).toEqual(getPath(value, other));
        expect(setPath(changed, text, getPath(value, text))).toEqual(value);
      }),
    );
  });
});
