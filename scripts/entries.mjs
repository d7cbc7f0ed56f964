/** Entries of the package by file name in dist/: `index` is `usertoken`, any other is `usertoken/<name>`. */
export const entries = {
  index: 'src/index.ts',
  machines: 'machines/index.ts',
  aa: 'src/aa/index.ts',
  lite: 'src/lite/index.ts',
  server: 'src/server/index.ts',
  vue: 'src/bindings/vue.ts',
  svelte: 'src/bindings/svelte.ts',
  angular: 'src/bindings/angular.ts',
  react: 'src/bindings/react.ts',
  next: 'src/next/provider.ts',
  'next/server': 'src/next/server.ts',
  nuxt: 'src/nuxt/module.ts',
  'nuxt/server': 'src/nuxt/server.ts',
  testing: 'src/testing/index.ts',
  devtools: 'src/devtools/index.ts',
};

/** Entries that run on the server of their framework alone, which resolves what they import. */
export const frameworkServers = ['next/server', 'nuxt/server'];

/** Entries that may use built-ins of Node; esbuild fails on a built-in that any other entry reaches. */
export const nodeEntries = ['testing'];

/** Files in dist/ that the Nuxt module has Nuxt load: no entries of an application. */
export const nuxtFiles = {
  'nuxt/known': 'src/nuxt/known.ts',
  'nuxt/middleware': 'src/nuxt/middleware.ts',
  'nuxt/plugin': 'src/nuxt/plugin.ts',
};

/** Entries with a default export. */
export const defaultEntries = ['aa', 'nuxt'];

/** Entries whose default export is what `require()` gives. */
export const callableEntries = ['aa'];

/** Entries without XState: scripts/light-build.mjs says with what instead. */
export const liteEntries = ['lite', 'aa'];

/** Entries with a second file, `<entry>.development.js`, whose messages are whole sentences. Package managers' conditions
 * `development` and `node` lead there; what a page gets in production has a code and a link instead. */
export const developmentEntries = ['index', 'lite'];

/** What the page provides: XState, and the frameworks of the bindings. */
export const external = ['xstate', 'vue', 'svelte', 'react', '@angular/core', 'next', '#imports', '#usertoken/known'];

/** The edition of ECMAScript of `dist/aa.cjs`, which tools load that know no `exports` of packages: webpack 4 and others of its
 * age parse nothing newer. In `dist/aa.js` this would cost pages 800 bytes. */
export const dropInEdition = 2019;

/** The script tag's file in dist/, its source, and the edition of ECMAScript that it is written in: that of Chrome and Edge 80,
 * Firefox 74 and Safari 13.1. An older browser does not parse the file, so the page stays as it is. */
export const scriptTag = { file: 'aa.min.js', source: 'src/aa/script-tag.ts', edition: 2020 };

/** The command `usertoken`: its file in dist/, and its source. */
export const cli = { file: 'cli.js', source: 'src/cli/index.ts' };
