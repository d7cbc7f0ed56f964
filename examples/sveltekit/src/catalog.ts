import type { InsightsEvent } from 'usertoken';

export interface Product {
  readonly objectID: string;
  readonly name: string;
  readonly price: number;
}

export const products: readonly Product[] = [
  { objectID: 'teapot', name: 'Teapot', price: 34 },
  { objectID: 'kettle', name: 'Kettle', price: 59 },
  { objectID: 'cup', name: 'Cup', price: 12 },
  { objectID: 'tin', name: 'Tea tin', price: 9.5 },
];

export const totalOf = (items: readonly Product[]) => items.reduce((sum, { price }) => sum + price, 0);
export const euros = (amount: number) => `€${amount.toFixed(2)}`;

const index = 'products';
const about = (items: readonly Product[]) => ({ index, objectIDs: items.map(({ objectID }) => objectID) });
const prices = (items: readonly Product[]) => ({
  objectData: items.map(({ price }) => ({ price, quantity: 1 })),
  currency: 'EUR',
});

export const seen: InsightsEvent = { eventType: 'view', eventName: 'Products Seen', ...about(products) };

export const clicked = (product: Product): InsightsEvent => ({
  eventType: 'click',
  eventName: 'Product Clicked',
  ...about([product]),
});

export const added = (product: Product): InsightsEvent => ({
  eventType: 'conversion',
  eventSubtype: 'addToCart',
  eventName: 'Product Added',
  ...about([product]),
  ...prices([product]),
});

export const bought = (cart: readonly Product[]): InsightsEvent => ({
  eventType: 'conversion',
  eventSubtype: 'purchase',
  eventName: 'Cart Bought',
  ...about(cart),
  ...prices(cart),
  value: totalOf(cart),
});
