import { cookies, headers } from 'next/headers.js';
import { connection, NextResponse } from 'next/server.js';
import { createUserTokenServer } from '../server/create-user-token-server.js';
import type { Hydration, KnownVisitor, UserTokenServer, Visitor } from '../server/server.types.js';
import type { UserTokenServerOptions } from '../server/server-options.js';

/** Your own cookies: those of a request in `proxy.ts`, or what `cookies()` gives elsewhere, where a server action may have set
 * some since. */
export interface CookieReader {
  get(name: string): { readonly value: string } | undefined;
}

/** What {@link createUserTokenNext} takes. */
export interface UserTokenNextOptions extends UserTokenServerOptions {
  /** What you know about the visitor: the choice you keep, and the account of your session.
   * @param cookies Reads your own cookies. */
  readonly known: (cookies: CookieReader) => KnownVisitor | Promise<KnownVisitor>;
}

/** Tokens and events in Next.js, on the server. */
export interface UserTokenNext extends Pick<UserTokenServer, 'on' | 'flush'> {
  /** Your `proxy`, up to Next.js 15 `middleware`: sets the token cookies, and shows them to the page that is rendered for
   * the same request. */
  proxy(request: Pick<Request, 'headers' | 'method' | 'url'> & { readonly cookies: CookieReader }): Promise<Response>;
  /** What `UserTokenProvider` goes on with. `undefined` on a `force-static` page, which has no visitor: its HTML must not hold
   * a token, since everybody gets it. */
  hydration(): Promise<Hydration | undefined>;
  /** Who sent the request, in a server component, a server action or a route handler. It sees cookies that your action has
   * set. Set your own cookies only: the page and the next `proxy` follow them.
   * @throws TypeError on a `force-static` page, which has no visitor. */
  visitor(): Promise<Visitor>;
}

/** A cookie header as the browser will send it once it has these `Set-Cookie` lines. */
function afterwards(header: string, lines: readonly string[]): string {
  const pairs = header.split(/;\s*/).filter(Boolean);
  const written = lines.map((line) => line.split(';', 1)[0]!);
  const nameOf = (pair: string) => pair.slice(0, pair.indexOf('=') + 1);
  const names = new Set(written.map(nameOf));
  const kept = written.filter((_, index) => !lines[index]!.includes('; Max-Age=0'));
  return [...pairs.filter((pair) => !names.has(nameOf(pair))), ...kept].join('; ');
}

/** Creates the server's side for an application with the app router. Create one in a module of yours.
 * @throws TypeError that names the option at fault and what would be right. */
export function createUserTokenNext({ known, ...options }: UserTokenNextOptions): UserTokenNext {
  const server = createUserTokenServer(options);

  /** The request that is rendered. */
  async function read() {
    // A visitor may get a random token, which Next.js allows from here on.
    await connection();
    const [jar, sent] = await Promise.all([cookies(), headers()]);
    // `cookies()` has decoded the values, and only a token is the same text either way.
    const pairs = jar.getAll().filter(({ value }) => /^[\w=+/-]*$/.test(value));
    const cookie = pairs.map(({ name, value }) => `${name}=${value}`).join('; ');
    const request = { headers: { get: (name: string) => (name === 'cookie' ? cookie : sent.get(name)) } };
    // A static page is rendered with no headers at all.
    return { jar, request, cookie, isStatic: sent.get('host') === null };
  }

  return {
    on: server.on,
    flush: server.flush,

    async proxy(request) {
      const visitor = server.visitor(request, await known(request.cookies));
      const shown = new Headers(request.headers);
      shown.set('cookie', afterwards(shown.get('cookie') ?? '', visitor.setCookie));
      const response = NextResponse.next({ request: { headers: shown } });
      visitor.applyTo(response);
      return response;
    },

    async hydration() {
      const { jar, request, cookie, isStatic } = await read();
      if (isStatic) return undefined;
      const { hydration } = server.visitor(request, await known(jar));
      // A render sets no cookies: where no proxy did, the page has to.
      const { anonymousToken, ...rest } = hydration;
      if (!rest.cookie || !anonymousToken || cookie.includes(anonymousToken)) return hydration;
      return { ...hydration, cookie: { ...rest.cookie, server: false } };
    },

    async visitor() {
      const { jar, request, isStatic } = await read();
      if (!isStatic) return server.visitor(request, await known(jar));
      throw new TypeError(
        'usertoken: this page is "force-static", so its HTML is for everybody and must not hold a visitor. Call visitor() in a page that is rendered for each request.',
      );
    },
  };
}
