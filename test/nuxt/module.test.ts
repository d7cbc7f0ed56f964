import { expect, test } from 'vitest';
import userTokenModule, { type NuxtLike } from '../../src/nuxt/module.js';

/** A Nuxt application before its modules run. */
function application(dev = false) {
  const hooks = new Map<string, (argument: never) => void>();
  const options: NuxtLike['options'] = {
    dev,
    rootDir: '/shop',
    alias: {},
    plugins: ['mine'],
    serverHandlers: ['mine'],
    build: { transpile: [] },
    runtimeConfig: { public: {} },
  };
  const hook = (name: string, run: (argument: never) => void) => hooks.set(name, run);
  const call = <T>(name: string, argument: T) => {
    hooks.get(name)!(argument as never);
    return argument;
  };
  return { nuxt: { options, hook }, options, call };
}

const keys = { appId: 'app', apiKey: 'key' };

test('the module adds a plugin and a middleware before your own, and the auto-imports', () => {
  const { nuxt, options, call } = application();
  userTokenModule({ ...keys, known: './server/known.ts' }, nuxt);
  expect(options.plugins).toEqual([{ src: 'usertoken/nuxt/plugin' }, 'mine']);
  expect(options.serverHandlers).toEqual([{ middleware: true, handler: 'usertoken/nuxt/middleware' }, 'mine']);
  expect(options.alias['#usertoken/known']).toBe('/shop/server/known.ts');
  expect(call('imports:extend', [])).toEqual([{ name: 'useUserToken', from: 'usertoken/vue' }]);
  expect(call('nitro:config', {})).toEqual({
    imports: { imports: [{ name: 'useVisitor', from: 'usertoken/nuxt/server' }] },
  });
  expect(call('nitro:config', { imports: false })).toEqual({ imports: false });
});

test.each([
  [true, false],
  [false, true],
])('in development (%s) the cookies are Secure: %s, and options without a value are left out', (dev, secure) => {
  const { nuxt, options } = application(dev);
  userTokenModule({ ...keys, host: undefined }, nuxt);
  expect(options.runtimeConfig.public.usertoken).toEqual({ ...keys, secure, consentCookie: 'consent' });
});

test.each(['appId', 'apiKey'])('a module without %s says so', (name) => {
  expect(() => userTokenModule({ ...keys, [name]: undefined }, application().nuxt)).toThrow(
    `usertoken: the Nuxt module needs "${name}" in nuxt.config.ts`,
  );
});
