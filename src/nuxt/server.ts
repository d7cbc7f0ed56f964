import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRouteRules, useNitroApp, useRuntimeConfig } from '#imports';
import known from '#usertoken/known';
import { createUserTokenServer } from '../server/create-user-token-server.js';
import type { Hydration, UserTokenServer, Visitor } from '../server/server.types.js';

/** As much of an event of Nuxt's server as is used here. */
export interface NuxtEvent {
  readonly method: string;
  readonly path: string;
  readonly context: { usertoken?: { readonly visitor: Promise<Visitor>; hydration?: Hydration } };
  readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
}

let server: UserTokenServer | undefined;

/** One for the process: it queues events, and remembers nothing about visitors. */
function serverFor(event: NuxtEvent): UserTokenServer {
  if (server) return server;
  const { consentCookie, ...options } = useRuntimeConfig(event).public.usertoken;
  const opened = createUserTokenServer(options);
  useNitroApp().hooks.hook('close', () => opened.flush());
  server = opened;
  return opened;
}

/** Whether the HTML of a route outlives its request. */
export function isForEverybody(event: NuxtEvent): boolean {
  const { prerender, cache, isr, swr } = getRouteRules(event);
  return Boolean(import.meta.prerender || prerender || cache || isr || swr);
}

/** Who sent the request that a handler of your server answers. Call `applyTo(event.node.res)` after `login`, `logout` and
 * `setConsent`.
 * @throws TypeError on a route that is prerendered or cached. */
export function useVisitor(event: NuxtEvent): Promise<Visitor> {
  if (isForEverybody(event)) {
    throw new TypeError(
      `usertoken: ${event.path.split('?')[0]} is prerendered or cached, so its HTML is for everybody and must not hold a visitor. Remove its route rule, or use the visitor in the page.`,
    );
  }
  event.context.usertoken ??= {
    visitor: Promise.resolve(known(event)).then((answer) => serverFor(event).visitor(event.node.req, answer)),
  };
  return event.context.usertoken.visitor;
}
