/** @typedef {{ objectID: string, name: string, price: number }} Product */

/** @type {readonly Product[]} */
export const products = [
  { objectID: 'teapot', name: 'Teapot', price: 34 },
  { objectID: 'kettle', name: 'Kettle', price: 59 },
  { objectID: 'cup', name: 'Cup', price: 12 },
  { objectID: 'tin', name: 'Tea tin', price: 9.5 },
];

/** @param {readonly Product[]} cart */
export const namesOf = (cart) => cart.map(({ name }) => name).join(', ') || 'Empty';

/** @param {readonly Product[]} cart */
export const totalOf = (cart) => cart.reduce((sum, { price }) => sum + price, 0);

/** @param {number} amount */
export const euros = (amount) => `€${amount.toFixed(2)}`;
