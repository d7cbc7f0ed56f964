/** Runs a tag as a tag manager does: without the page's globals, with functions of `require` that reach it, and with
 * copies in place of objects. Runs in the page.
 * @param code The tag, which ends by `data.gtmOnSuccess()` or `data.gtmOnFailure()`. @param given More of its `data`.
 * @see https://developers.google.com/tag-platform/tag-manager/templates/api */
export function runTag({ code, given }: { readonly code: string; readonly given: Readonly<Record<string, unknown>> }) {
  type Run = (...args: unknown[]) => unknown;
  const page = window as unknown as Record<string, unknown> & { told: string[] };
  page.told ??= [];

  /** What a value is on the other side. */
  function carried(value: unknown): unknown {
    if (typeof value === 'function') return (...args: unknown[]) => carried((value as Run)(...args.map(carried)));
    if (Array.isArray(value)) return value.map(carried);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, carried(field)]));
  }
  const at = (path: string) =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], page);

  const library: Record<string, Run> = {
    setInWindow(key, value) {
      page[key as string] ??= carried(value);
      return true;
    },
    createArgumentsQueue(name, list) {
      const stub: Run & { queue?: unknown[] } = (...args) =>
        void (at(list as string) as unknown[]).push(args.map(carried));
      if (!page[name as string]) {
        stub.queue = [];
        page[name as string] = stub;
      }
      return page[name as string];
    },
    injectScript(src, onSuccess, onFailure) {
      const script = Object.assign(document.createElement('script'), { src, async: true });
      script.onload = () => (onSuccess as Run)();
      script.onerror = () => (onFailure as Run)();
      document.head.append(script);
    },
  };
  const data = {
    ...given,
    gtmOnSuccess: () => page.told.push('success'),
    gtmOnFailure: () => page.told.push('failure'),
  };
  const globals = ['window', 'document', 'globalThis', 'self'];
  new Function('require', 'data', ...globals, `'use strict'; ${code}`)((name: string) => carried(library[name]), data);
}
