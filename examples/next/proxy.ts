import { tokens } from './tokens';

export const proxy = tokens.proxy;

/** Pages, and no files: their responses may be shared. */
export const config = { matcher: '/((?!_next/|about$|.*\\.).*)' };
