import type { Handle } from '@sveltejs/kit';
import { visitorOf } from '$lib/server/tokens';

export const handle: Handle = async ({ event, resolve }) => {
  event.locals.visitor = visitorOf(event);
  const response = await resolve(event);
  event.locals.visitor.applyTo(response);
  response.headers.set('cache-control', 'private, no-cache');
  return response;
};
