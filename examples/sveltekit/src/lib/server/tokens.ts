import type { RequestEvent } from '@sveltejs/kit';
import type { Consent } from 'usertoken';
import { createUserTokenServer, type Visitor } from 'usertoken/server';
import { env } from '$env/dynamic/private';
import { insights } from '$lib/insights';

/** One for the process: it queues events, and remembers nothing about visitors. */
const tokens = createUserTokenServer({ ...insights, secure: env.ORIGIN?.startsWith('https:') ?? false });

process.on('sveltekit:shutdown', () => tokens.flush());

/** Reads the shop's own cookies: what the visitor allowed, and the account that is logged in. */
export function visitorOf({ request, cookies }: RequestEvent): Visitor {
  return tokens.visitor(request, {
    consent: (cookies.get('consent') ?? 'pending') as Consent,
    user: cookies.get('account') ?? null,
  });
}
