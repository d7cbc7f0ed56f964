import { products } from '../../../shared/catalog.js';
import { bought } from '../../../shared/events.js';

export default defineEventHandler(async (event) => {
  const ids = await readBody<string[]>(event);
  const cart = ids.flatMap((id) => products.find(({ objectID }) => objectID === id) ?? []);
  const { consent, track } = await useVisitor(event);
  void track(bought(cart));
  return `Cart Bought: ${consent === 'granted' ? 'sent by the server' : 'dropped'}`;
});
