/** The given options, and defaults for those that are left out or `undefined`. */
export function withDefaults<Options extends object, Defaults extends object>(
  options: Options,
  defaults: Defaults,
): Omit<Options, keyof Defaults> & {
  [Name in keyof Defaults]: Name extends keyof Options ? Exclude<Options[Name], undefined> : Defaults[Name];
} {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as never;
}
