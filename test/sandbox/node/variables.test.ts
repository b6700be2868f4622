import { expect, test } from 'vitest';
import { withVariables } from '../../../src/sandbox/node/environment.ts';

test('a variable stands in arguments as in other variables; what is not known, and what is escaped, stays', () => {
  const values = { PASSWORD: 'a $$ long one' };
  expect(withVariables('--requirepass=$(PASSWORD)', values)).toBe('--requirepass=a $$ long one');
  expect(withVariables('$(NOBODY) $$(PASSWORD) $PASSWORD', values)).toBe('$(NOBODY) $(PASSWORD) $PASSWORD');
});
