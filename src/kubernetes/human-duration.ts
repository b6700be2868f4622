/**
 * An age as the API server and kubectl print it: `45s`, `3m5s`, `25m`, `5h12m`, `2d3h`, `40d`, `2y41d`
 * (`apimachinery/pkg/util/duration/duration.go HumanDuration`).
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  const years = Math.floor(days / 365);
  const both = (whole: string, rest: number, unit: string) => (rest === 0 ? whole : `${whole}${rest}${unit}`);
  if (minutes < 10) return both(`${minutes}m`, seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return both(`${hours}h`, minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return both(`${days}d`, hours % 24, 'h');
  if (years < 2) return `${days}d`;
  if (years < 8) return both(`${years}y`, days % 365, 'd');
  return `${years}y`;
}
