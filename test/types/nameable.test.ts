import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitDeclarations } from '../support/emit-declarations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const declarations = emitDeclarations(['index', 'machines']);
let app: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

// The layout of pnpm: the app reaches the package, and only the package reaches XState.
beforeAll(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), 'usertoken-nameable-')));
  const installed = join(app, 'node_modules/usertoken');
  for (const [source, text] of declarations) {
    write(join(installed, source.slice(root.length).replace(/\.ts$/, '.d.ts')), text);
  }
  const exports = { '.': './src/index.d.ts', './machines': './machines/index.d.ts' };
  const manifest = { name: 'usertoken', type: 'module', exports };
  write(join(installed, 'package.json'), JSON.stringify(manifest));
  write(join(app, 'package.json'), JSON.stringify({ type: 'module' }));
  mkdirSync(join(installed, 'node_modules'));
  symlinkSync(join(root, 'node_modules/xstate'), join(installed, 'node_modules/xstate'));
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

/** Compiles a module of the app to its declarations. */
function declare(source: string) {
  const file = join(app, 'user.ts');
  writeFileSync(file, source);
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    declaration: true,
    emitDeclarationOnly: true,
    skipLibCheck: true,
  });
  let declared = '';
  const { diagnostics } = program.emit(undefined, (_, text) => {
    declared = text;
  });
  const codes = [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ code }) => `TS${code}`);
  return { codes: [...new Set(codes)], declared };
}

const client = `import { createUserToken } from 'usertoken';
const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'pending' });
`;

// A03 in the list of cases: https://github.com/statelyai/xstate/issues/5462
test("an app can export the client's actors and what they give, without naming a type", () => {
  const { codes, declared } = declare(`${client}
export const identity = user.identity;
export const delivery = user.delivery;
export const visitor = user.identity.getSnapshot();
export const state = () => user.delivery.getSnapshot();
export const subscription = user.identity.subscribe(() => {});
export const onToken = (listener: () => void) => user.identity.on('tokenChanged', listener);
export { user };
`);
  expect(codes).toEqual([]);
  expect(declared).toContain('identity: import("usertoken").IdentityActor;');
  expect(declared).toContain('delivery: import("usertoken").DeliveryActor;');
  expect(declared).not.toContain('any');
});

test('an app cannot send events to the actors', () => {
  expect(declare(`${client}user.identity.send({ type: 'identity.logout' });`).codes).toEqual(['TS2339']);
  expect(declare(`${client}user.delivery.send({ type: 'delivery.flush' });`).codes).toEqual(['TS2339']);
});

test("XState's own types could not be named there", () => {
  const { codes } = declare(
    "import { identityMachine } from 'usertoken/machines';\nexport const own = identityMachine;",
  );
  expect(codes).toEqual(['TS2742']);
});
