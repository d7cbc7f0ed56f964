import { vi } from 'vitest';

/** Makes a page of this process, as test runners with a DOM do: the window is the global object. Undone by
 * `vi.unstubAllGlobals()`.
 * @param globals What the page has besides its document. */
export function asPage(document: object, globals: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries({ window: globalThis, document, ...globals })) vi.stubGlobal(name, value);
}
