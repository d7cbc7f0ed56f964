import { element } from './dom.js';

/** How many colours page.css has. */
const colours = 6;
// The demo's users look alike in every tab.
const known = new Map([
  ['ada-1815', 1],
  ['grace-1906', 2],
]);
const free = [0, 3, 4, 5];

/** The class with the colour of a token, the same for as long as the page lives. */
export function tokenClass(token) {
  if (token === undefined) return 'token token-none';
  if (!known.has(token)) known.set(token, free.shift() ?? known.size % colours);
  return `token token-${known.get(token)}`;
}

/** A token with its colour. */
export const tokenMark = (token) => element('code', { class: tokenClass(token) }, token ?? 'none');
