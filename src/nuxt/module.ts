import type { KnownVisitor } from '../server/server.types.js';
import type { UserTokenServerOptions } from '../server/server-options.js';
import type { NuxtEvent } from './server.js';

/** What the file of the option `known` exports by default: what you know about who sent a request. */
export type Known = (event: NuxtEvent) => KnownVisitor | Promise<KnownVisitor>;

/** The options that are data, which Nuxt carries into the server and the page. */
type Plain = Omit<
  UserTokenServerOptions,
  'secure' | 'checkToken' | 'onWarning' | 'outbox' | 'transport' | 'clock' | 'random' | 'generateToken'
>;

/** What the module takes: `modules: [['usertoken/nuxt', { appId, apiKey }]]`. */
export interface UserTokenNuxtOptions extends Plain {
  /** Whether visitors reach the site by https. @default `true`, but `false` in development */
  readonly secure?: boolean | undefined;
  /** A file whose default export says what you know about a visitor, such as `./server/known.ts`: the choice you keep, and the
   * account of your session. @default the consent of `consentCookie`, and the account of the last `login` */
  readonly known?: string | undefined;
  /** The cookie in which you keep `granted` or `denied`. Pages without a visitor read it too, so it must not be `HttpOnly`.
   * @default 'consent' */
  readonly consentCookie?: string | undefined;
}

/** The options as the server and the page read them. */
export interface UserTokenNuxtConfig extends Plain {
  readonly secure: boolean;
  readonly consentCookie: string;
}

interface NamedImport {
  readonly name: string;
  readonly from: string;
}

/** As much of a Nuxt application as the module changes. */
export interface NuxtLike {
  readonly options: {
    readonly dev: boolean;
    readonly rootDir: string;
    readonly alias: Record<string, string>;
    readonly plugins: unknown[];
    readonly serverHandlers: unknown[];
    readonly build: { readonly transpile: unknown[] };
    readonly runtimeConfig: { readonly public: Record<string, unknown> };
  };
  // biome-ignore lint/suspicious/noExplicitAny: Nuxt types each of its hooks
  hook(name: any, run: (argument: any) => void): unknown;
}

/** The Nuxt module: a plugin that gives components `useUserToken`, a middleware that sets the cookies of pages, and `useVisitor`
 * for your server's handlers.
 * @throws TypeError when an option that can't be left out is missing. */
export default function userTokenModule(options: UserTokenNuxtOptions, { options: nuxt, hook }: NuxtLike): void {
  const { known, secure = !nuxt.dev, consentCookie = 'consent', ...plain } = options;
  for (const name of ['appId', 'apiKey'] as const) {
    if (!plain[name]) throw new TypeError(`usertoken: the Nuxt module needs "${name}" in nuxt.config.ts.`);
  }
  const config: UserTokenNuxtConfig = { ...plain, secure, consentCookie };
  // Nuxt's configuration turns undefined into an empty string.
  const said = Object.entries(config).filter(([, value]) => value !== undefined);
  nuxt.runtimeConfig.public.usertoken = Object.fromEntries(said);
  nuxt.alias['#usertoken/known'] = known?.replace(/^\.(?=\/)/, nuxt.rootDir) ?? 'usertoken/nuxt/known';
  nuxt.build.transpile.push('usertoken');
  nuxt.plugins.unshift({ src: 'usertoken/nuxt/plugin' });
  nuxt.serverHandlers.unshift({ middleware: true, handler: 'usertoken/nuxt/middleware' });
  hook('imports:extend', (imports: NamedImport[]) => imports.push({ name: 'useUserToken', from: 'usertoken/vue' }));
  hook('nitro:config', (nitro: { imports?: { imports?: NamedImport[] } | false }) => {
    if (nitro.imports === false) return;
    nitro.imports ??= {};
    nitro.imports.imports ??= [];
    nitro.imports.imports.push({ name: 'useVisitor', from: 'usertoken/nuxt/server' });
  });
}
