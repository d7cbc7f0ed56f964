import { building } from '$app/environment';
import type { LayoutServerLoad } from './$types';

/** A prerendered page is for everybody, so it must not hold a visitor. */
export const load: LayoutServerLoad = ({ locals, cookies }) =>
  building ? {} : { hydration: locals.visitor.hydration, account: cookies.get('account') ?? null };
