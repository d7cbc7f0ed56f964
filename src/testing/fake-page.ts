import type { Page, PageEvent } from '../adapters/ports.js';

/** A {@link Page} whose events a test sends. */
export interface FakePage extends Page {
  /** Lets something happen; `online`, `offline` and `activated` also change what `isOnline()` or `isPrerendering()` says. */
  say(event: PageEvent): void;
  /** How many listen to it now: none after `dispose()`. */
  readonly listeners: number;
}

/** A page without a browser. */
export function fakePage({
  online = true,
  prerendering = false,
}: {
  readonly online?: boolean;
  readonly prerendering?: boolean;
} = {}): FakePage {
  const listeners = new Set<(event: PageEvent) => void>();
  let isOnline = online;
  let isPrerendering = prerendering;
  return {
    isOnline: () => isOnline,
    isPrerendering: () => isPrerendering,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    say(event) {
      if (event === 'online' || event === 'offline') isOnline = event === 'online';
      if (event === 'activated') isPrerendering = false;
      for (const listener of [...listeners]) listener(event);
    },
    get listeners() {
      return listeners.size;
    },
  };
}
