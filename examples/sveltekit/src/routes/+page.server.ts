import { fail, redirect } from '@sveltejs/kit';
import { products } from '../../../shared/catalog.js';
import { bought } from '../../../shared/events.js';
import type { Actions } from './$types';

// #region actions
/** For the shop's own cookies. SvelteKit adds `HttpOnly`. */
const cookieOptions = ({ protocol }: URL) => ({ path: '/', maxAge: 15_552_000, secure: protocol === 'https:' });

export const actions: Actions = {
  login({ locals, cookies, url }) {
    const id = 'ada-1815';
    cookies.set('account', id, cookieOptions(url));
    locals.visitor.login(id);
    redirect(303, '/');
  },

  logout({ locals, cookies, url }) {
    cookies.delete('account', cookieOptions(url));
    locals.visitor.logout();
    redirect(303, '/');
  },

  async consent({ locals, cookies, request, url }) {
    const answer = (await request.formData()).get('consent') === 'granted' ? 'granted' : 'denied';
    // A prerendered page reads it.
    cookies.set('consent', answer, { ...cookieOptions(url), httpOnly: false });
    locals.visitor.setConsent(answer);
  },

  async buy({ locals, request }) {
    const ids = (await request.formData()).getAll('product');
    const cart = ids.flatMap((id) => products.find(({ objectID }) => objectID === id) ?? []);
    if (cart.length === 0) return fail(400);
    const { consent, track } = locals.visitor;
    void track(bought(cart));
    return { lastEvent: `Cart Bought: ${consent === 'granted' ? 'sent by the server' : 'dropped'}` };
  },
};
// #endregion
