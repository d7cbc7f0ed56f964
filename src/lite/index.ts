import type { UserTokenOptions as OptionsOnXState, UserTokenClient } from '../index.js';
import { createUserToken as create } from '../index.js';

export * from '../index.js';

/** What {@link createUserToken} takes: all options but `inspect`. */
export interface UserTokenOptions extends Omit<OptionsOnXState, 'inspect'> {
  /** Inspection needs XState: import `createUserToken` from `usertoken` for it. */
  readonly inspect?: undefined;
}

/** Creates a client that knows the current visitor, as `createUserToken` of `usertoken` does, with the charts compiled
 * instead of XState.
 * @throws TypeError that names the option at fault, `inspect` among them, and what would be right. Nothing throws
 *   later. */
export function createUserToken(options: UserTokenOptions): UserTokenClient {
  return create(options);
}
