/**
 * What the server answered, without fields whose value is null: Kubernetes takes null for "not set" and writes some empty lists
 * so (`endpoints: null` of an EndpointSlice without pods), and `slice.?endpoints.orValue([])` is meant to hold for both. Items
 * of lists stay where they are.
 */
export function withoutNulls<T>(answer: T): T {
  if (Array.isArray(answer)) return answer.map(withoutNulls) as T;
  if (answer === null || typeof answer !== 'object') return answer;
  const fields = Object.entries(answer).flatMap(([key, value]) => (value === null ? [] : [[key, withoutNulls(value)]]));
  return Object.fromEntries(fields) as T;
}
