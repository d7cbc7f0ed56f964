/** Web Locks in memory, as far as `ifAvailable` needs them. */
export function fakeLocks() {
  const held = new Set<string>();
  return {
    held,
    request: async (name: string, _: { ifAvailable: boolean }, callback: (lock: object | null) => unknown) => {
      if (held.has(name)) return callback(null);
      held.add(name);
      try {
        return await callback({ name });
      } finally {
        held.delete(name);
      }
    },
  } as unknown as Pick<LockManager, 'request'> & { readonly held: Set<string> };
}
