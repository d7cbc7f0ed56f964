// #region load
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, cookies }) => ({
  handOver: locals.visitor.handOver,
  account: cookies.get('account') ?? null,
});
// #endregion
