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

declare module 'next/server' {
  export interface NextRequest extends Request {
    readonly cookies: { get(name: string): { readonly value: string } | undefined };
  }
  export class NextResponse extends Response {
    static next(init?: { readonly request?: { readonly headers?: Headers } }): NextResponse;
  }
}

declare module '@/app/identity' {
  import type { Hydration } from 'usertoken/server';
  export function Identity(props: { readonly hydration: Hydration; readonly children: unknown }): never;
}

declare module 'next/headers' {
  export function headers(): Promise<Pick<Headers, 'get'>>;
}

declare module '#imports' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  import type { App, Ref } from 'vue';

  interface H3Event {
    readonly path: string;
    readonly context: Record<string, unknown>;
    readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
  }
  export function defineEventHandler(handler: (event: H3Event) => void): unknown;
  export function getCookie(event: H3Event, name: string): string | undefined;
  export function defineNuxtPlugin(plugin: (nuxtApp: { readonly vueApp: App }) => void): unknown;
  export function useRequestEvent(): H3Event | undefined;
  export function useState<T>(key: string, init: () => T): Ref<T>;
}
