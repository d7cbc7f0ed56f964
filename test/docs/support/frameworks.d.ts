// As much of frameworks as snippets of the guide use that are compiled and not run. None of them is installed here.

declare module 'next/server' {
  export interface NextRequest extends Request {
    readonly cookies: { get(name: string): { readonly value: string } | undefined };
  }
  export class NextResponse extends Response {
    static next(init?: { readonly request?: { readonly headers?: Headers } }): NextResponse;
  }
}

declare module 'next/headers' {
  export function headers(): Promise<Pick<Headers, 'get'>>;
}

declare module '#imports' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  import type { App, Ref } from 'vue';

  interface H3Event {
    readonly context: Record<string, unknown>;
    readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
  }
  export function defineEventHandler(handler: (event: H3Event) => void): unknown;
  export function getCookie(event: H3Event, name: string): string | undefined;
  export function defineNuxtPlugin(plugin: (nuxtApp: { readonly vueApp: App }) => void): unknown;
  export function useRequestEvent(): H3Event | undefined;
  export function useState<T>(key: string, init: () => T): Ref<T>;
}
