import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, cookies }) => ({
  hydration: locals.visitor.hydration,
  account: cookies.get('account') ?? null,
});
