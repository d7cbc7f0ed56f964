// As much of Next.js as usertoken/next uses: it is not installed here.

declare module 'next/headers.js' {
  export function headers(): Promise<Pick<Headers, 'get'>>;
  export function cookies(): Promise<{
    get(name: string): { readonly value: string } | undefined;
    getAll(): readonly { readonly name: string; readonly value: string }[];
  }>;
}

declare module 'next/server.js' {
  export function connection(): Promise<void>;
  export const NextResponse: { next(init: { readonly request: { readonly headers: Headers } }): Response };
}
