import { expectTypeOf, test } from 'vitest';
import type { App } from 'vue';
import { injectUserToken, provideUserToken } from '../../src/bindings/angular.js';
import { UserTokenProvider, useUserToken as useInReact } from '../../src/bindings/react.js';
import { setUserToken, useUserToken as useInSvelte } from '../../src/bindings/svelte.js';
import { useUserToken as useInVue, userTokenPlugin } from '../../src/bindings/vue.js';
import type { UserTokenClient } from '../../src/index.js';
import type { UserTokenClient as LiteUserToken } from '../../src/lite/index.js';

declare const app: App;

test.each([{} as UserTokenClient, {} as LiteUserToken])('the bindings take an instance of either build', (user) => {
  UserTokenProvider({ user });
  app.use(userTokenPlugin, user);
  setUserToken(user);
  provideUserToken(() => user);
});

test('they give out the client', () => {
  expectTypeOf(useInReact().user).toEqualTypeOf<UserTokenClient>();
  expectTypeOf(useInVue().user).toEqualTypeOf<UserTokenClient>();
  expectTypeOf(useInSvelte().user).toEqualTypeOf<UserTokenClient>();
  expectTypeOf(injectUserToken().user).toEqualTypeOf<UserTokenClient>();
});
