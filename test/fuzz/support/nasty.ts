import fc from 'fast-check';

const fail = () => {
  throw new Error('trap');
};

/** What is not plain data, by what is wrong with it. fast-check looks into what it makes, and these throw at a look: so it
 * makes their names. */
const strangeValues = {
  'a proxy that throws on get': () => new Proxy({ eventType: 'click' }, { get: fail }),
  'a proxy that throws on ownKeys': () => new Proxy({ eventType: 'click' }, { ownKeys: fail }),
  'a proxy that throws on has and getPrototypeOf': () => new Proxy({}, { has: fail, getPrototypeOf: fail }),
  'a proxy that throws on descriptors': () => new Proxy({ a: 1 }, { getOwnPropertyDescriptor: fail }),
  'a proxy that answers everything with itself': (): object => {
    const proxy: object = new Proxy(() => proxy, { get: () => proxy });
    return proxy;
  },
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a getter that throws': () => Object.defineProperty({}, 'x', { enumerable: true, get: fail }),
  'a getter that changes its mind': () => {
    let reads = 0;
    return Object.defineProperty({ eventType: 'click' }, 'userToken', {
      enumerable: true,
      get: () => (++reads > 1 ? 'own 2' : 'own-1'),
    });
  },
  'a toJSON that throws': () => ({ toJSON: fail }),
  'a toJSON that names another user': () => ({ eventType: 'click', toJSON: () => ({ userToken: 'mallory' }) }),
  'a toString that throws': () => ({ toString: fail, valueOf: fail }),
  'a then that throws': () => Object.defineProperty({}, 'then', { get: fail }),
  'a circle': () => {
    const circular: Record<string, unknown> = { eventType: 'click' };
    circular.self = circular;
    return circular;
  },
  'a symbol': () => Symbol('x'),
  'a function': () => fail,
};

class Strange {
  constructor(readonly is: keyof typeof strangeValues) {}
}

/** What was generated, with the strange values in place of their names. */
export function made(value: unknown): unknown {
  if (value instanceof Strange) return strangeValues[value.is]();
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value;
  for (const key of Object.keys(value)) {
    const given = (value as Record<string, unknown>)[key];
    // Defined, since `__proto__` must stay a property of its own.
    if (key !== '__proto__')
      Object.defineProperty(value, key, { value: made(given), enumerable: true, writable: true });
  }
  return value;
}

/** Names that mean something to engines, to JSON or to this library. */
const names = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toJSON',
  'toString',
  'valueOf',
  'then',
  'length',
  'type',
  'sessionId',
  'userToken',
  'token',
);

const strange = fc.oneof(
  fc.constantFrom(...(Object.keys(strangeValues) as Strange['is'][])).map((name) => new Strange(name)),
  fc.constantFrom<unknown>(1n, Number.NaN, -0, 1e308, Number.MAX_SAFE_INTEGER, '\ud800', '\u0000', 'x'.repeat(5_000)),
);

/** Anything: plain data of every kind, with names of prototypes in it, and what is not plain. Pass it through {@link made}. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    key: fc.oneof(names, fc.string()),
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }),
  strange,
);

/** What JSON can hold, with names of prototypes in it. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue(),
    fc.array(tie('value'), { maxLength: 4 }),
    // From text, so that `__proto__` is a property of its own.
    fc
      .array(fc.tuple(fc.oneof(names, fc.string()), tie('value')), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
  ),
})).value;

/** The object with some fields replaced or missing: nearly right. */
export function nearly(right: object, other: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const change = fc.tuple(fc.constantFrom(...Object.keys(right)), fc.oneof(other, fc.constant(undefined)));
  return fc.array(change, { maxLength: 3 }).map((changes) => ({ ...right, ...Object.fromEntries(changes) }));
}
