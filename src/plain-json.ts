/** Takes plain lists and objects as they are, whatever a `toJSON` on a prototype has made of them. */
function asGiven(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  const isPlain = Array.isArray(given) || (given && Object.getPrototypeOf(given) === Object.prototype);
  return isPlain && !Object.keys(given as object).includes('toJSON') ? given : value;
}

/** `JSON.stringify` on pages where an old library has added `toJSON` to arrays or to all objects. */
export const jsonOf = (value: unknown): string =>
  'toJSON' in Array.prototype ? JSON.stringify(value, asGiven) : JSON.stringify(value);
