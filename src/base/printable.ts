// OSC, DCS, PM, APC and SOS strings, then CSI sequences, then two-byte escapes (ECMA-48).
const sequences =
  /\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from a cluster, a file or a process, made safe to draw: escape sequences, control characters and bidirectional
 * overrides are taken out, tabs become two spaces. Line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(sequences, '').replace(/\r\n/g, '\n').replace(/\t/g, '  ').replace(controls, '');
}

/** The same on one line: line breaks become spaces. */
export function printableLine(text: string): string {
  const [first = '', ...others] = printable(text).split('\n');
  const last = others.pop();
  if (last === undefined) return first;
  // By a pattern, a row of blanks would be looked at from each of them.
  return [first.trimEnd(), ...others.map((line) => line.trim()).filter(Boolean), last.trimStart()].join(' ');
}
