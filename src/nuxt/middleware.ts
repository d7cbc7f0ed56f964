import { defineEventHandler } from '#imports';
import { isForEverybody, useVisitor } from './server.js';

/** Sets the cookies of each page that is rendered for its visitor, before the page is rendered. */
export default defineEventHandler(async (event) => {
  const isPage = event.method === 'GET' && /text\/html/.test(event.node.req.headers.accept ?? '');
  if (!isPage || isForEverybody(event)) return;
  const visitor = await useVisitor(event);
  event.context.usertoken!.hydration = visitor.hydration;
  event.node.res.setHeader('cache-control', 'private, no-cache');
  visitor.applyTo(event.node.res);
});
