// Of the Kubernetes client only KubeConfig is used. Its makeApiClient, which nobody here calls, would bring the generated API
// along, and its fetch options node-fetch: four fifths of the bundle's largest chunk.
const stubs = {
  './gen/index.js': `
    const refuse = () => { throw new Error('the generated Kubernetes API is not part of this bundle'); };
    export class ServerConfiguration { constructor() { refuse(); } }
    export const createConfiguration = refuse;`,
  // Node has its own.
  'node-fetch': 'export const Headers = globalThis.Headers;',
};

/** An esbuild plugin. */
export const onlyKubeConfig = {
  name: 'only-kubeconfig',
  setup(build) {
    build.onResolve({ filter: /^(\.\/gen\/index\.js|node-fetch)$/ }, ({ path, importer }) =>
      importer.includes('/@kubernetes/client-node/dist/') ? { path, namespace: 'only-kubeconfig' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'only-kubeconfig' }, ({ path }) => ({ contents: stubs[path] }));
  },
};
