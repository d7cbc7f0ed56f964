import { build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { entries } from '../../../scripts/entries.mjs';
import { root, type Snippet } from './guide.js';

const sources: Readonly<Record<string, string>> = entries;

const toSource: Plugin = {
  name: 'usertoken to its source',
  setup({ onResolve }) {
    onResolve({ filter: /^usertoken(\/|$)/ }, ({ path }) => {
      const source = sources[path === 'usertoken' ? 'index' : path.slice('usertoken/'.length)];
      return source ? { path: root + source } : { errors: [{ text: `there is no entry ${path}` }] };
    });
  },
};

/** The module that docs/getting-started.md makes the instance in, for snippets that import it. */
export const userModule = `import { createUserToken } from 'usertoken';
export const user = createUserToken({ appId: 'YourAppId', apiKey: 'YourSearchKey', consent: 'granted' });`;

/** How a component of each kind gets into a page, with the instance provided. */
const mounts: Readonly<Record<string, string>> = {
  tsx: `import { createElement } from 'react';
    import { createRoot } from 'react-dom/client';
    import { UserTokenProvider } from 'usertoken/react';
    import { user } from './user-token';
    import Component from 'snippet';
    createRoot(document.querySelector('#app')).render(
      createElement(UserTokenProvider, { user }, createElement(Component)));`,
  vue: `import { createApp } from 'vue';
    import { userTokenPlugin } from 'usertoken/vue';
    import { user } from './user-token';
    import Component from 'snippet';
    createApp(Component).use(userTokenPlugin, user).mount('#app');`,
  svelte: `import { mount } from 'svelte';
    import { setUserToken } from 'usertoken/svelte';
    import { user } from './user-token';
    import Component from 'snippet';
    function Root(...args) {
      setUserToken(user);
      Component(...args);
    }
    mount(Root, { target: document.querySelector('#app') });`,
};

/** The languages of components. */
export const componentLanguages = Object.keys(mounts);

/** How a component of each kind becomes JavaScript. */
const compilers: Readonly<Record<string, (at: string, code: string) => string>> = {
  tsx: (_, code) => code,
  vue: compileVue,
  svelte: (at, code) => compile(code, { filename: `${at}.svelte`, runes: true }).js.code,
};

function ofGuide(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'modules of the guide',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(\.\/user-token|snippet|\.\/\w+\.svelte)$/ }, ({ path }) => ({ path, namespace: 'guide' }));
      onLoad({ filter: /.*/, namespace: 'guide' }, ({ path }) => ({
        contents: files[path] ?? '',
        loader: 'tsx',
        resolveDir: root,
      }));
    },
  };
}

async function bundleCode(
  contents: string,
  platform: 'node' | 'browser',
  { external = [], files = {}, ...others }: BundleOptions = {},
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: others.loader ?? 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform,
    jsx: 'automatic',
    external,
    plugins: [toSource, ofGuide({ './user-token': userModule, ...files })],
    ...(platform === 'browser' ? { define } : {}),
    ...(others.conditions ? { conditions: others.conditions } : {}),
    // As Angular has them.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

interface BundleOptions {
  readonly external?: string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly loader?: 'ts' | 'tsx';
  readonly conditions?: string[];
}

const define = {
  'process.env.NODE_ENV': '"production"',
  __VUE_OPTIONS_API__: 'true',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
};

/** An ES module in one piece, with the package's entries taken from the source. */
export function bundle(code: string, platform: 'node' | 'browser', external: string[] = []): Promise<string> {
  return bundleCode(code, platform, { external });
}

const environmentOf = (code: string) => /^\/\/ @vitest-environment .*$/m.exec(code)?.[0];

/** A test of the guide as a file for Vitest.
 * @param components The components that the test imports. */
export async function bundleTest({ language, code }: Snippet, components: readonly Snippet[]): Promise<string> {
  const files = components.map(({ at, language, flags, code }) => [`./${flags[0]}`, compilers[language]!(at, code)]);
  const environment = environmentOf(code);
  const test = await bundleCode(code, 'node', {
    external: ['vitest'],
    files: Object.fromEntries(files),
    loader: language === 'tsx' ? 'tsx' : 'ts',
    // What docs/testing-components.md says of Svelte.
    ...(environment ? { conditions: ['browser'] } : {}),
  });
  return `${environment ?? ''}\n${test}`;
}

/** A component of the guide as an ES module that puts it into a page. */
export function bundleComponent({ at, language, code }: Snippet): Promise<string> {
  const files = { snippet: compilers[language]!(at, code) };
  return bundleCode(mounts[language]!, 'browser', { files });
}

function compileVue(at: string, code: string): string {
  const { descriptor, errors } = parse(code);
  if (errors.length > 0) throw new Error(`${at}: ${errors.join('\n')}`);
  return compileScript(descriptor, { id: 'snippet', inlineTemplate: true }).content;
}
