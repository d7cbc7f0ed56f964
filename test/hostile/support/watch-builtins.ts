declare global {
  /** Names of the built-ins that are not what they were when {@link watchBuiltins} ran. */
  var touchedBuiltins: () => string[];
}

/** Remembers every property of the built-ins of this realm, prototypes included. Needs nothing around it, so that it can be
 * run on a page as it is, before any other script. */
export function watchBuiltins(): void {
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => /^([A-Z]|fetch$|setTimeout$)/.test(name));
  const parts = new Map<string, object>();
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    const value: unknown = descriptor?.value;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    parts.set(name, value);
    const prototype: unknown = (value as { prototype?: unknown }).prototype;
    if (typeof prototype === 'object' && prototype !== null) parts.set(`${name}.prototype`, prototype);
  }
  const look = () => {
    const found = new Map<string, readonly unknown[]>();
    for (const [name, part] of parts) {
      found.set(name, [Object.getPrototypeOf(part), Object.isExtensible(part)]);
      for (const key of Reflect.ownKeys(part)) {
        // Legacy statics of the last match, which every use of a regular expression changes.
        const { value, get, set, enumerable } = Object.getOwnPropertyDescriptor(part, key) ?? {};
        found.set(`${name}.${String(key)}`, [value, get, set, enumerable]);
      }
    }
    return found;
  };
  const before = look();
  globalThis.touchedBuiltins = () => {
    const now = look();
    const all = new Set([...before.keys(), ...now.keys()]);
    return [...all].filter((name) => {
      const [then, today] = [before.get(name), now.get(name)];
      return !then || !today || then.some((part, index) => !Object.is(part, today[index]));
    });
  };
}
