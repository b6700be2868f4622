/** Which of our own variables a child may have beside the ordinary ones. */
export interface EnvironmentOptions {
  /** Path of the kubeconfig for children that speak to the cluster; without one ours is passed on. */
  kubeconfig?: string | undefined;
  /** Names, or prefixes that end in `*`, of further variables that the tool reads. */
  inherit?: readonly string[] | undefined;
  /** Values of its own; they win. */
  set?: Readonly<Record<string, string>> | undefined;
}

const ordinary = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'TMPDIR',
  'XDG_*',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
] as const;

/**
 * What a kubeconfig's exec plugin needs of its cloud: kubectl and helm start it, as everywhere. An input that was given by
 * `--set-env` has a name of the user's own and is not among them.
 */
export const clusterCredentials = [
  'KUBECONFIG',
  'AWS_*',
  'AZURE_*',
  'AAD_*',
  'GOOGLE_*',
  'CLOUDSDK_*',
  'USE_GKE_GCLOUD_AUTH_PLUGIN',
  'DIGITALOCEAN_*',
  'OCI_*',
  'KRB5*',
] as const;

/**
 * The whole environment of a child: what every program needs and what is named, never all of ours, for a secret may stand in
 * it. Without `kubeconfig` only who inherits KUBECONFIG gets one.
 */
export function toolEnvironment(
  options: EnvironmentOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const names = [...ordinary, ...(options.inherit ?? [])];
  const isMeant = (name: string) =>
    names.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  const kept = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && isMeant(name) ? [[name, value]] : [],
  );
  const { kubeconfig, set } = options;
  return { ...Object.fromEntries(kept), ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }), ...set };
}
