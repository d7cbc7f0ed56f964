import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkImports, checkOrder, checkPurity, readSources } from '../../scripts/check-imports.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const faultsOf = (path: string, text: string) => checkImports([[path, text]]);

describe('direction of imports', () => {
  test('every import of the package goes down', async () => {
    const files = await readSources(root);
    expect(files.map(([path]) => path)).toEqual(
      expect.arrayContaining(['machines/identity.machine.ts', 'src/create-user-token.ts', 'src/adapters/ports.ts']),
    );
    expect(checkImports(files)).toEqual([]);
  });

  test('every layer names only layers below it, so that no circle is possible', () => {
    expect(checkOrder()).toEqual([]);
    expect(
      checkOrder([
        { name: 'low', paths: [], from: ['high'] },
        { name: 'high', paths: [], typesFrom: ['low'] },
      ]),
    ).toEqual(['layer low names high, which is not below it']);
  });

  test.each([
    ['a machine that imports an adapter', 'machines/x.ts', "import { a } from '../src/adapters/cookies.js';"],
    [
      'a machine that imports a type of an adapter',
      'machines/x.ts',
      "import type { A } from '../src/adapters/ports.js';",
    ],
    ['a machine that imports another package', 'machines/x.ts', "import { v4 } from 'uuid';"],
    ['a package whose name begins with an allowed one', 'machines/x.ts', "import { x } from 'xstate-extras';"],
    ['an adapter that imports the wiring', 'src/adapters/x.ts', "export { a } from '../create-user-token.js';"],
    ['an event file that imports an adapter', 'src/events/x.ts', "import { a } from '../adapters/cookies.js';"],
    ['delivery that imports an adapter', 'src/delivery/x.ts', "const a = await import('../adapters/cookies.js');"],
    ['identity that imports delivery', 'src/identity/x.ts', "let a: import('../delivery/receipts.js').A;"],
    [
      'options that import a value of an adapter',
      'src/options.ts',
      "import { type A, b } from './adapters/cookies.js';",
    ],
    ['the default entry that imports a fake', 'src/index.ts', "export * from './testing/index.js';"],
    ['a fake that imports the wiring', 'src/testing/x.ts', "import { a } from '../create-user-token.js';"],
    ['a fake that imports a value of the ports', 'src/testing/x.ts', "import { a } from '../adapters/ports.js';"],
    ['a built-in of Node', 'src/adapters/x.ts', "const fs = require('node:fs');"],
    ['a file that belongs to no layer', 'src/new-part/x.ts', ''],
  ])('%s is a fault', (_, path, text) => {
    expect(faultsOf(path, text)).toHaveLength(1);
    expect(faultsOf(path, text)[0]).toContain(path);
  });

  test.each([
    ['src/events/x.ts', "import type { A } from '../adapters/ports.js';"],
    ['src/events/x.ts', "import { type A, type B } from '../adapters/ports.js';"],
    ['src/testing/x.ts', "import type { A } from '../adapters/ports.js'; import { b } from 'node:http';"],
    ['machines/x.ts', "import { setup } from 'xstate'; // import { a } from '../src/index.js'"],
  ])('%s may have: %s', (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });
});

describe('purity of the machines', () => {
  test('no machine speaks of the page, the network, time or chance', async () => {
    expect(checkPurity(await readSources(root))).toEqual([]);
  });

  test.each([
    'document.title',
    'window',
    'fetch("/")',
    'new Date()',
    'Math.random()',
    'setTimeout(f)',
    'performance.now()',
  ])('%s in a machine is a fault, with file and line', (code) => {
    expect(checkPurity([['machines/x.ts', `\nexport const a = () => ${code};`]])).toEqual([
      expect.stringMatching(/^machines\/x\.ts:2: a machine mentions /),
    ]);
  });

  test('words in comments and strings, and names that only hold them, are no fault', () => {
    const text = "/* window */ const batchWindow = 'document'; // Date\nexport const maxDate = Math.max(1, 2);";
    expect(checkPurity([['machines/x.ts', text]])).toEqual([]);
  });
});
