type X509 = typeof import('@peculiar/x509');

/**
 * The package that makes certificates, loaded once somebody needs it. Its dependency container refuses to load without the
 * reflect-metadata polyfill, of which the package itself uses nothing: three functions that do nothing satisfy it.
 */
export async function loadX509(): Promise<X509> {
  const nothing = () => undefined;
  const reflect = Reflect as unknown as Record<string, unknown>;
  for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata']) reflect[name] ??= nothing;
  const loaded = (await import('@peculiar/x509')) as X509 & { default?: X509 };
  // A bundle hands over the package's CommonJS form, which has everything under `default`.
  return loaded.X509CertificateGenerator ? loaded : (loaded.default ?? loaded);
}
