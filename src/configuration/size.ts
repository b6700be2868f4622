const units: Record<string, number> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes of `500MB`, `1.5 GB`; a plain number counts as bytes. Undefined when it is none of these. */
export function parseSize(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text : undefined;
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?B)?$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toUpperCase()];
  return value === undefined || factor === undefined ? undefined : Math.round(Number(value) * factor);
}
