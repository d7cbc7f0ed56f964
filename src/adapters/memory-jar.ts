import type { TokenJar, TokenSlot } from './ports.js';

/** A jar that keeps tokens for as long as the page or process lives. */
export function memoryJar(initial: Partial<Record<TokenSlot, string>> = {}): TokenJar {
  const tokens = new Map(Object.entries(initial));
  return {
    read: (slot) => tokens.get(slot),
    write: (slot, token) => void tokens.set(slot, token),
    remove: (slot) => void tokens.delete(slot),
    erase: () => tokens.clear(),
  };
}
