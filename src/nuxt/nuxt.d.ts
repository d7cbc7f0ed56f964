// As much of Nuxt and Nitro as usertoken/nuxt uses: they are not installed here.

declare module '#imports' {
  import type { App } from 'vue';

  export function defineNuxtPlugin(plugin: (nuxtApp: { readonly vueApp: App }) => void): unknown;
  export function useRequestEvent(): import('./server.js').NuxtEvent | undefined;
  export function useState<T>(key: string, init: () => T): { readonly value: T };
  export function useCookie<T>(name: string): { readonly value: T | null | undefined };
  export function useRuntimeConfig(event?: unknown): {
    readonly public: { readonly usertoken: import('./module.js').UserTokenNuxtConfig };
  };
  export function defineEventHandler(handler: (event: import('./server.js').NuxtEvent) => unknown): unknown;
  export function getCookie(event: import('./server.js').NuxtEvent, name: string): string | undefined;
  export function getRouteRules(event: import('./server.js').NuxtEvent): Readonly<Record<string, unknown>>;
  export function useNitroApp(): { readonly hooks: { hook(name: 'close', run: () => unknown): void } };
}

declare module '#usertoken/known' {
  const known: import('./module.js').Known;
  export default known;
}

interface ImportMeta {
  /** Whether the build renders this page once for everybody. */
  readonly prerender?: boolean;
}
