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

declare module '*.svelte' {
  import type { Component } from 'svelte';

  // biome-ignore lint/suspicious/noExplicitAny: as Svelte declares it
  const component: Component<any>;
  export default component;
}
