import type { Page } from 'playwright-core';

/** What a page was before the library ran: a script that makes it so, and what that leaves to work with. */
export interface Surrounding {
  readonly is: string;
  /** Runs on the page before any other script. Needs nothing around it. */
  readonly prepare: () => void;
  /** Whether cookies work. @default true */
  readonly hasNoCookies?: true;
  /** Whether XState itself can't run there, so that only the light build does. @default false */
  readonly needsLight?: true;
  /** Whether nothing can outlive the page, or only after half a minute (no Web Locks). @default false */
  readonly keepsNoEvents?: true;
}

/** What is missing. */
const missing: Surrounding[] = [
  {
    is: 'no Web Locks',
    prepare: () => void Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }),
    keepsNoEvents: true,
  },
  { is: 'no BroadcastChannel', prepare: () => void Reflect.deleteProperty(globalThis, 'BroadcastChannel') },
  {
    is: 'no navigator',
    prepare: () => void Object.defineProperty(globalThis, 'navigator', { value: undefined }),
    keepsNoEvents: true,
  },
  { is: 'no crypto', prepare: () => void Object.defineProperty(globalThis, 'crypto', { value: undefined }) },
  {
    is: 'no crypto.randomUUID, a seeded Math.random',
    prepare: () => {
      Reflect.deleteProperty(Crypto.prototype, 'randomUUID');
      let seed = 1;
      Math.random = () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      };
    },
  },
  {
    is: 'a Math.random that always says the same',
    prepare: () => {
      Math.random = () => 0;
    },
  },
  {
    is: 'a console that throws',
    prepare: () => {
      const fail = () => {
        throw new Error('console');
      };
      Object.assign(console, { log: fail, warn: fail, error: fail });
    },
  },
  {
    is: 'no structuredClone, no requestIdleCallback, no Storage, no cookieStore',
    prepare: () => {
      for (const name of ['structuredClone', 'requestIdleCallback', 'Storage', 'cookieStore']) {
        Reflect.deleteProperty(globalThis, name);
      }
    },
  },
];

/** Storage and cookies that throw. */
const throwing: Surrounding[] = [
  {
    is: 'a storage that throws on read',
    prepare: () => {
      Storage.prototype.getItem = () => {
        throw new DOMException('no', 'SecurityError');
      };
    },
    keepsNoEvents: true,
  },
  {
    is: 'a storage that throws on write',
    prepare: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    },
    keepsNoEvents: true,
  },
  ...[1, 2, 3, 5].map(
    (writes): Surrounding => ({
      is: `a storage that throws after ${writes} writes`,
      // From text, since a page has no closure of ours.
      prepare: globalThis.Function(
        `let left = ${writes}; const { setItem } = Storage.prototype;
       Storage.prototype.setItem = function (key, value) {
         if (left-- <= 0) throw new DOMException('full', 'QuotaExceededError');
         setItem.call(this, key, value);
       };`,
      ) as () => void,
      keepsNoEvents: true,
    }),
  ),
  {
    is: 'a storage of which the list of keys, length and removal throw',
    prepare: () => {
      const fail = () => {
        throw new DOMException('no', 'SecurityError');
      };
      Storage.prototype.key = fail;
      Storage.prototype.removeItem = fail;
      Object.defineProperty(Storage.prototype, 'length', { get: fail });
    },
    keepsNoEvents: true,
  },
  {
    is: 'cookies that are off',
    prepare: () => void Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} }),
    hasNoCookies: true,
  },
  {
    is: 'cookies that can be read and not written',
    prepare: () => {
      const fail = () => {
        throw new DOMException('no', 'SecurityError');
      };
      Object.defineProperty(Document.prototype, 'cookie', { get: () => 'other=1; broken', set: fail });
    },
    hasNoCookies: true,
  },
];

/** Built-ins that other scripts have changed. */
const patched: Surrounding[] = [
  {
    is: "Prototype.js's toJSON on arrays, strings and numbers",
    prepare: () => {
      const add = (on: object, toJSON: () => unknown) =>
        Object.defineProperty(on, 'toJSON', { value: toJSON, enumerable: true, writable: true, configurable: true });
      add(Array.prototype, function (this: unknown[]) {
        return `[${this.map((item) => JSON.stringify(item)).join(', ')}]`;
      });
      add(String.prototype, function (this: string) {
        return `"${this}"`;
      });
      add(Number.prototype, function (this: number) {
        return String(this);
      });
    },
  },
  {
    is: 'a toJSON on every object',
    prepare: () => {
      Object.defineProperty(Object.prototype, 'toJSON', {
        value: () => ({ userToken: 'mallory' }),
        writable: true,
        configurable: true,
      });
    },
  },
  {
    is: 'enumerable additions to every array and function',
    prepare: () => {
      for (const { prototype } of [Array, Function]) {
        Object.assign(prototype, { each: () => {}, extra: 'text', list: [1], isOld: true });
      }
    },
  },
  {
    is: 'enumerable methods on every object',
    prepare: () => void Object.assign(Object.prototype, { each: () => {}, extend: () => ({}) }),
    needsLight: true,
  },
  {
    is: 'an Array.from and array methods as old libraries had them',
    prepare: () => {
      Array.from = ((given: ArrayLike<unknown> | null) => {
        const result: unknown[] = [];
        for (let index = 0; index < (given?.length ?? 0); index += 1) result.push(given![index]);
        return result;
      }) as typeof Array.from;
      const toArray = function (this: unknown[]) {
        return [...this];
      };
      Object.assign(Array.prototype, {
        toArray,
        entries: toArray,
        include: Array.prototype.includes,
        clear(this: unknown[]) {
          this.length = 0;
          return this;
        },
        last(this: unknown[]) {
          return this[this.length - 1];
        },
      });
    },
    needsLight: true,
  },
  {
    is: 'a fetch that is wrapped, and knows only address and body',
    prepare: () => {
      const { fetch } = globalThis;
      globalThis.fetch = (address, { method = 'GET', body = null } = {}) => fetch(String(address), { method, body });
    },
  },
  {
    is: 'timers that are wrapped, and answer objects',
    prepare: () => {
      const { setTimeout, clearTimeout } = globalThis;
      Object.assign(globalThis, {
        setTimeout: (callback: () => void, ms: number) => ({ handle: setTimeout(callback, ms) }),
        clearTimeout: (timer?: { handle: number }) => clearTimeout(timer?.handle),
      });
    },
  },
];

export const surroundings: readonly Surrounding[] = [...missing, ...throwing, ...patched];

/** Names of the built-ins that were touched since the page's own scripts began. */
export const touchedOn = (page: Page): Promise<string[]> => page.evaluate(() => globalThis.touchedBuiltins());
