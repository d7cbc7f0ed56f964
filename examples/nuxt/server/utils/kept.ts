/** For the shop's own cookies. A page for everybody reads `consent`, so it is not `HttpOnly`. */
export const kept = { path: '/', maxAge: 15_552_000, sameSite: 'lax', secure: !import.meta.dev } as const;
