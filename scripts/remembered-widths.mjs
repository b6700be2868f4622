// Stands in the bundle for string-width: Ink measures every line of every frame anew, most of them as they were before,
// and that was a fifth of what a frame cost.
import measure from '../node_modules/string-width/index.js';

const known = new Map();
const capacity = 4000;

export default function stringWidth(text, options) {
  if (options !== undefined || typeof text !== 'string') return measure(text, options);
  const before = known.get(text);
  if (before !== undefined) return before;
  // Forgetting all at once is as good as forgetting the oldest, and costs nothing in between.
  if (known.size >= capacity) known.clear();
  const width = measure(text);
  known.set(text, width);
  return width;
}
