import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { lightBuild } from '../../scripts/light-build.mjs';
import type * as lite from '../../src/lite/index.js';
import { exportNames } from '../package/support/export-names.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { outputFiles, metafile } = await build({
  ...lightBuild,
  entryPoints: [entries.lite],
  minify: true,
  format: 'esm',
  metafile: true,
  write: false,
});
const exported: typeof lite = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`
);
const { createUserToken } = exported;
const options = { appId: 'app', apiKey: 'key', consent: 'granted', cookie: false } as const;

describe('usertoken/lite', () => {
  it('holds nothing of XState, no machine that needs it and nothing for inspectors', () => {
    const { inputs } = Object.values(metafile.outputs)[0]!;
    const shipped = Object.keys(inputs).filter((path) => inputs[path]!.bytesInOutput > 0);
    expect(shipped.filter((path) => /node_modules|\.machine\.ts$|masked-inspect|^src\/charts/.test(path))).toEqual([]);
    expect(shipped).toContain('src/lite/generated/identity.chart.ts');
  });

  it('exports the names of usertoken', () => {
    expect(Object.keys(exported).sort()).toEqual(exportNames.usertoken);
  });

  it('has actors to read from: getSnapshot, subscribe and on', () => {
    const user = createUserToken(options);
    const heard: unknown[] = [];
    const subscription = user.identity.subscribe(({ value }) => heard.push(value.visitor));
    user.identity.on('tokenChanged', ({ token }) => heard.push(token));
    user.login('u1');
    subscription.unsubscribe();
    user.logout();
    expect(heard).toEqual(['u1', 'identified', user.token]);
    expect(user.identity.getSnapshot().matches({ visitor: 'loggedOut' })).toBe(true);
    expect(user.identity.getSnapshot().matches({ visitor: 'loggedOut', consent: 'pending' })).toBe(false);
    expect(user.delivery.getSnapshot().matches('idle')).toBe(true);
    expect(user.identity.getSnapshot().can({ type: 'identity.login', token: 'u2' })).toBe(true);
    user.dispose();
    expect(user.identity.getSnapshot().status).toBe('stopped');
  });

  it('throws a TypeError that speaks of inspect, at creation', () => {
    expect(() => createUserToken({ ...options, inspect: (() => {}) as never })).toThrow(
      new TypeError('usertoken/lite: "inspect" needs XState. Import createUserToken from "usertoken".'),
    );
    createUserToken({ ...options, inspect: undefined }).dispose();
  });

  it('throws as usertoken does for any other option, and for none', () => {
    expect(() => createUserToken({ ...options, consent: 'yes' as never })).toThrow(/"consent" is wrong/);
    expect(() => createUserToken(undefined as never)).toThrow(TypeError);
  });

  it('is typed where xstate is not installed', () => {
    const file = join(root, 'test/equality/usage.ts');
    const text = `
      import { createUserToken } from '../../src/lite/index.js';
      const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted' });
      export const visitor: 'anonymous' | 'identified' | 'loggedOut' = user.identity.getSnapshot().value.visitor;
      user.identity.on('tokenChanged', ({ token }) => token?.length);
      // @ts-expect-error there is no such state
      export const nonsense: 'nonsense' = user.delivery.getSnapshot().value;
      // @ts-expect-error only the client sends events
      user.identity.send({ type: 'identity.logout' });
      // @ts-expect-error there is no such emission
      user.identity.on('nonsense', () => {});
      // @ts-expect-error inspection is XState's
      createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', inspect: () => {} });
      // @ts-expect-error consent has no default
      createUserToken({ appId: 'app', apiKey: 'key' });
    `;
    const compilerOptions: ts.CompilerOptions = {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: [],
      paths: { xstate: ['./not-installed.js'] },
    };
    const host = ts.createCompilerHost(compilerOptions);
    const { fileExists, getSourceFile } = host;
    host.fileExists = (path) => path === file || fileExists(path);
    host.getSourceFile = (path, ...rest) =>
      path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022) : getSourceFile(path, ...rest);
    const program = ts.createProgram([file], compilerOptions, host);
    const messages = program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(messages).toEqual([]);
  });
});
