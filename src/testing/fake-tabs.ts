import type { Tabs } from '../adapters/ports.js';

/** Makes connected {@link Tabs}, one for each page of a test. A message arrives at once, as a copy. */
export function fakeTabs(): () => Tabs {
  const pages = new Set<{ readonly hear: (message: unknown) => void }>();
  return () => {
    let page: { readonly hear: (message: unknown) => void } | undefined;
    return {
      post(message) {
        if (!page) return;
        for (const other of [...pages]) if (other !== page) other.hear(structuredClone(message));
      },
      open(listener) {
        if (page) pages.delete(page);
        page = { hear: listener };
        pages.add(page);
      },
      close() {
        if (page) pages.delete(page);
        page = undefined;
      },
    };
  };
}
