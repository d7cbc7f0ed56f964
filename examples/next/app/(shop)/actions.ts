'use server';

import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import { secure } from '@/insights';
import { tokens } from '@/tokens';
import { products } from '../../../shared/catalog.js';
import { bought } from '../../../shared/events.js';

// #region actions
const kept = { path: '/', maxAge: 15_552_000, sameSite: 'lax', secure } as const;

export async function login(form: FormData) {
  (await cookies()).set('account', 'ada-1815', { ...kept, httpOnly: true });
  if (form.has('next')) redirect('/');
}

export async function logout(form: FormData) {
  (await cookies()).delete('account');
  if (form.has('next')) redirect('/');
}

/** The static page reads this cookie, so it is not `HttpOnly`. */
export async function decide(form: FormData) {
  (await cookies()).set('consent', form.get('consent') === 'granted' ? 'granted' : 'denied', kept);
}

export async function buy(form: FormData) {
  const ids = form.getAll('product');
  const cart = ids.flatMap((id) => products.find(({ objectID }) => objectID === id) ?? []);
  const { consent, track } = await tokens.visitor();
  void track(bought(cart));
  after(() => tokens.flush());
  return `Cart Bought: ${consent === 'granted' ? 'sent by the server' : 'dropped'}`;
}
// #endregion
