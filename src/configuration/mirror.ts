/**
 * The name by which an image is pulled from a mirror. The longest beginning that fits counts, whole parts of the name only;
 * a name without a registry is one of docker.io, as container engines read it (`nginx` is `docker.io/library/nginx`).
 */
export function mirroredImage(image: string, mirrors: Readonly<Record<string, string>>): string {
  const whole = fullName(image);
  const [found] = Object.keys(mirrors)
    .filter((prefix) => begins(whole, prefix))
    .sort((a, b) => b.length - a.length);
  if (found === undefined) return image;
  return `${mirrors[found]}${whole.slice(found.length)}`;
}

function begins(image: string, prefix: string): boolean {
  return image.startsWith(prefix) && /^[/:@]/.test(image.slice(prefix.length));
}

// github.com/distribution/reference, normalize.go: what has no dot, no port and is not localhost is no registry.
function fullName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry) return image;
  return rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
}
