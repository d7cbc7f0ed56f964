import type { createWarnings } from '../warnings.js';
import type { InsightsMethods } from './insights.types.js';
import type { QueryCache } from './query-cache.js';
import type { readiness } from './readiness.js';
import type { Senders } from './senders.js';
import type { Settings } from './settings.js';
import type { TokenCell } from './token-cell.js';
import type { TokenCookie } from './token-cookie.js';

/** What the methods of one client work with. */
export interface ClientParts {
  /** The client. Its methods call each other through it, since a page or a test may have replaced one. */
  readonly client: InsightsMethods;
  settings: Settings;
  readonly user: TokenCell;
  readonly account: TokenCell;
  readonly cookie: TokenCookie;
  readonly queries: QueryCache;
  readonly senders: Senders;
  readonly ready: ReturnType<typeof readiness>;
  readonly warnings: ReturnType<typeof createWarnings>;
}

/** Methods of a client. */
export type Methods<Name extends keyof InsightsMethods> = Pick<InsightsMethods, Name>;
