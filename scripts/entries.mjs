/** Entries of the package by file name in dist/: `index` is `usertoken`, any other is `usertoken/<name>`. */
export const entries = {
  index: 'src/index.ts',
  machines: 'machines/index.ts',
  testing: 'src/testing/index.ts',
};

/** Entries that may use built-ins of Node; esbuild fails on a built-in that any other entry reaches. */
export const nodeEntries = ['testing'];
