import type { Page, PageEvent } from '../adapters/ports.js';

/** A {@link Page} whose events a test sends. */
export interface FakePage extends Page {
  /** Lets something happen; `online` and `offline` also change what `isOnline()` says. */
  say(event: PageEvent): void;
  readonly listeners: number;
}

/** A page without a browser. */
export function fakePage({ online = true }: { readonly online?: boolean } = {}): FakePage {
  const listeners = new Set<(event: PageEvent) => void>();
  let isOnline = online;
  return {
    isOnline: () => isOnline,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    say(event) {
      if (event === 'online' || event === 'offline') isOnline = event === 'online';
      for (const listener of [...listeners]) listener(event);
    },
    get listeners() {
      return listeners.size;
    },
  };
}
