import type { InitParams } from './insights.types.js';

const defaults = {
  userHasOptedOut: false,
  anonymousUserToken: true,
  useCookie: false,
  cookieDuration: 15_552_000_000,
} satisfies InitParams;

/** What `init` has said, and defaults for the rest. */
export type Settings = InitParams & typeof defaults;

/** What is in force before the first `init`. */
export const initialSettings: Settings = defaults;

/** The options of an `init`, without those that are `undefined`.
 * @throws Error for a wrong `region` or `cookieDuration`, as search-insights does. */
export function checkedOptions(options: unknown): InitParams {
  const entries = Object.entries(Object(options)).filter(([, value]) => value !== undefined);
  const given: InitParams = Object.fromEntries(entries);
  const { region = 'us', cookieDuration = 0 } = given;
  if (!/^(de|us)$/.test(region)) throw new Error('init: region must be de or us');
  if (!Number.isInteger(cookieDuration)) throw new Error('init: cookieDuration must be an integer');
  return given;
}

/** The settings after an `init`. An address stays until another one, or another application, is named. */
export function settingsAfter(settings: Settings, given: InitParams): Settings {
  const { partial, region, host, appId = settings.appId } = given;
  const isElsewhere = region || host || (settings.appId !== undefined && appId !== settings.appId);
  return {
    ...settings,
    ...(partial ? {} : defaults),
    ...(isElsewhere && !partial ? { region: undefined, host: undefined } : {}),
    ...given,
  } as Settings;
}

/** Whether events can be sent. */
export const hasCredentials = ({ appId, apiKey }: Settings): boolean => appId !== undefined && apiKey !== undefined;
