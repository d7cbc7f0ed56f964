import { tryCall } from '../machines/try-call.js';
import { docsUrl } from './docs-url.js';
import type { UserTokenOptions } from './options.types.js';

/** Checks in production the options without which nothing works, or every token would be let in.
 * @throws TypeError that names the option and links to what would be right. */
export function checkOptions(options: UserTokenOptions): void {
  const { relay, appId, apiKey = relay, consent, checkToken } = Object(options) as Partial<UserTokenOptions>;
  const isText = (value: unknown) => typeof value === 'string' && /\S/.test(value);
  const name = !isText(appId)
    ? 'appId'
    : !isText(apiKey)
      ? 'apiKey'
      : !/^(pending|granted|denied)$/.test(`${consent}`)
        ? 'consent'
        : Object(checkToken && tryCall(() => checkToken('anonymous-'))).then && 'checkToken';
  if (name) throw new TypeError(`usertoken: "${name}" is wrong. See ${docsUrl}/options#${name.toLowerCase()}`);
}
