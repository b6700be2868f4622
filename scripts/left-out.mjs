// What our packages bring along and nobody here uses: a quarter of the bundle, which everybody would download and each start would
// parse. Who comes to use one of them gets a class that does nothing, or a TypeError: take it out of this list then.
const nothing = 'module.exports = new Proxy(class LeftOut {}, { get: () => class LeftOut {} });';

/** By the package that asks, the names it asks by, and what it gets. */
const left = [
  // Messages in fifty languages: they come with the namespace, whichever is used.
  { from: /\/zod\/v4\/classic\/external\.js$/, path: /^\.\.\/locales\/index\.js$/, contents: 'export {};' },
  // Mocks, caches, cookies, a browser's fetch and WebSocket: what is wanted of undici is its connections.
  { from: /\/undici\/index\.js$/, path: /^\.\/lib\/(mock|cache|interceptor|web)\//, contents: nothing },
  // A histogram in WebAssembly, which is asked for by name alone.
  { from: /\/hdr-histogram-js\/dist\//, path: /^(\.|\.\.)\/wasm$/, contents: nothing },
  // Node has its own.
  {
    from: /\/hdr-histogram-js\/dist\//,
    path: /^pako$/,
    contents: `const { deflateSync, inflateSync } = require('node:zlib');
      exports.deflate = (bytes) => Uint8Array.from(deflateSync(bytes));
      exports.inflate = (bytes) => Uint8Array.from(inflateSync(bytes));`,
  },
];

/** An esbuild plugin. */
export const leftOut = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, importer }) => {
      const index = left.findIndex((one) => one.path.test(path) && one.from.test(importer.replaceAll('\\', '/')));
      return index === -1 ? undefined : { path: `${index}:${path}`, namespace: 'left-out' };
    });
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: left[Number.parseInt(path, 10)].contents,
    }));
  },
};
