import type { TokenSlot, TokenStore } from './ports.js';

/** A token store that keeps tokens for as long as the page or process lives. */
export function memoryTokenStore(initial: Partial<Record<TokenSlot, string>> = {}): TokenStore {
  const tokens = new Map(Object.entries(initial));
  return {
    read: (slot) => tokens.get(slot),
    write: (slot, token) => void tokens.set(slot, token),
    remove: (slot) => void tokens.delete(slot),
    erase: () => tokens.clear(),
  };
}
