import { tryCall } from '../../machines/try-call.js';

/** Globals by which runtimes differ. */
interface Runtime {
  readonly window?: Window;
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly env?: { readonly NODE_ENV?: string };
  };
  /** Cloudflare's alone. */
  readonly WebSocketPair?: unknown;
  /** Zone.js, or whatever else a page calls so. */
  readonly Zone?: { readonly root?: { readonly run?: <Result>(effect: () => Result) => Result } };
}
const runtime = globalThis as Runtime;

/** Whether this runs on a server, where one process serves many visitors: Node, Bun, Deno or Cloudflare's workers. The
 * runtime says so itself; a `document` says nothing, since code of other people puts stand-ins there (domino, linkedom,
 * jsdom, happy-dom). Electron and NW.js have Node's `process` on a real page, whose `document` can't be replaced.
 * @see https://webidl.spec.whatwg.org/#LegacyUnforgeable */
export function isServer(): boolean {
  const isHosted = runtime.process?.versions?.node || runtime.WebSocketPair;
  return !!isHosted && Object.getOwnPropertyDescriptor(globalThis, 'document')?.configurable !== false;
}

/** The window of the page that this runs in; `undefined` on a server and in workers. Cookies, storage, tabs and the page's
 * end are taken from here and from nowhere else, so what is not a page shares nothing.
 *
 * A test runner that puts jsdom or happy-dom in the place of Node's globals makes a page: there `window` is the global object
 * and `NODE_ENV` is `test`, as Jest, Vitest and `bun test` set it. */
export function pageWindow(): Window | undefined {
  const { window } = runtime;
  // Deno throws where the environment may not be read.
  const isTest = () => (window as unknown) === globalThis && tryCall(() => runtime.process?.env?.NODE_ENV) === 'test';
  return window?.document && (!isServer() || isTest()) ? window : undefined;
}

/** Runs `effect` outside of the zone that it was called in: Angular waits for each timer and request of its zone before an
 * application counts as stable, and renders on a server no earlier.
 * @see https://angular.dev/api/core/NgZone */
export function outsideZone<Result>(effect: () => Result): Result {
  const root = runtime.Zone?.root;
  return root?.run ? root.run(effect) : effect();
}
