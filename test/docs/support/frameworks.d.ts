// As much of frameworks as snippets of the guide use that are compiled and not run. None of them is installed here.

declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Response extends ServerResponse {
    // biome-ignore lint/suspicious/noExplicitAny: as it is declared there
    readonly locals: Record<string, any>;
    set(name: string, value: string): this;
    send(body: string): this;
    redirect(status: number, url: string): void;
  }
  type Handler = (req: express.Request, res: Response, next: () => void) => void;
  interface Application {
    use(handler: Handler): void;
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
  }
  function express(): Application;
  namespace express {
    type Request = IncomingMessage;
  }
  export default express;
}

interface ImportMeta {
  /** Nuxt's: whether the build prerenders this page. */
  readonly prerender?: boolean;
}

declare module 'next/server' {
  export interface NextRequest extends Request {
    readonly cookies: { get(name: string): { readonly value: string } | undefined };
  }
  export class NextResponse extends Response {
    static next(init?: { readonly request?: { readonly headers?: Headers } }): NextResponse;
    readonly cookies: { set(name: string, value: string, options: object): unknown };
  }
  export function after(task: () => unknown): void;
}

declare module '@/app/identity' {
  import type { Hydration } from 'usertoken/server';
  export function Identity(props: {
    readonly hydration: Hydration;
    readonly account: string | null;
    readonly children: unknown;
  }): never;
}

declare module '@/lib/tokens' {
  import type { NextRequest } from 'next/server';
  import type { Consent } from 'usertoken';
  import type { UserTokenServer, Visitor } from 'usertoken/server';
  export const tokens: UserTokenServer;
  export function visitorOf(request: NextRequest, consent?: Consent): Visitor;
}

declare module 'next/headers' {
  export function headers(): Promise<Pick<Headers, 'get'>>;
  export function cookies(): Promise<{ get(name: string): { readonly value: string } | undefined }>;
}

declare module 'h3' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface H3Event {
    readonly path: string;
    readonly method: string;
    readonly context: Record<string, unknown>;
    readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
  }
}

declare module '#imports' {
  import type { H3Event } from 'h3';
  import type { Consent } from 'usertoken';
  import type { Visitor } from 'usertoken/server';
  import type { App, Ref } from 'vue';

  export function defineEventHandler<Answer>(handler: (event: H3Event) => Answer): unknown;
  export function getCookie(event: H3Event, name: string): string | undefined;
  export function setCookie(event: H3Event, name: string, value: string, options: object): void;
  export function readBody<Body>(event: H3Event): Promise<Body>;
  export function defineNuxtPlugin(plugin: (nuxtApp: { readonly vueApp: App }) => void): unknown;
  export function useRequestEvent(): H3Event | undefined;
  export function useState<T>(key: string, init: () => T): Ref<T>;
  export function useCookie<T>(name: string): Ref<T | undefined>;
  export function visitorOf(event: H3Event, consent?: Consent): Visitor;
}

declare module '*.svelte' {
  import type { Component } from 'svelte';

  // biome-ignore lint/suspicious/noExplicitAny: as Svelte declares it
  const component: Component<any>;
  export default component;
}
