import { byId, element, write } from './dom.js';
import { drawings } from './drawings.js';

const products = [
  {
    objectID: 'teapot',
    name: 'Teapot',
    price: 45,
    shelf: 'brew',
    about: 'Stoneware, one litre, pours without a drip.',
  },
  { objectID: 'kettle', name: 'Kettle', price: 39, shelf: 'brew', about: 'Enamelled steel, sings when it boils.' },
  { objectID: 'strainer', name: 'Strainer', price: 9, shelf: 'brew', about: 'Fine steel mesh that sits on any cup.' },
  { objectID: 'timer', name: 'Tea timer', price: 14, shelf: 'brew', about: 'Three minutes of sand, no battery.' },
  { objectID: 'teacup', name: 'Teacup', price: 12, shelf: 'serve', about: 'Thin porcelain, with its saucer.' },
  { objectID: 'caddy', name: 'Caddy', price: 18, shelf: 'serve', about: 'A tin with a tight lid for 200 g of leaves.' },
];

const shelves = [
  ['all', 'All'],
  ['brew', 'Brewing'],
  ['serve', 'Serving'],
];

/** The shop: shelves, products and the basket.
 * @param track Called with a method of the library and an event for it. */
export function openShop(track) {
  let basket = [];

  function showBasket(said) {
    const sum = basket.reduce((total, { price }) => total + price, 0);
    const names = basket.map(({ name }) => name).join(', ');
    write('basket', said ?? (basket.length === 0 ? 'Your basket is empty.' : `${names}: ${sum} EUR`));
    byId('buy').setAttribute('aria-disabled', String(basket.length === 0));
  }

  function putIn(product) {
    basket.push(product);
    showBasket();
    track('addedToCartObjectIDs', {
      eventName: 'Product Added to Cart',
      objectIDs: [product.objectID],
      objectData: [{ price: product.price, quantity: 1 }],
      value: product.price,
      currency: 'EUR',
    });
  }

  function buy() {
    if (basket.length === 0) return;
    const bought = basket;
    basket = [];
    showBasket('Thank you. Your basket is empty again.');
    track('purchasedObjectIDs', {
      eventName: 'Products Bought',
      objectIDs: bought.map(({ objectID }) => objectID),
      objectData: bought.map(({ price }) => ({ price, quantity: 1 })),
      value: bought.reduce((total, { price }) => total + price, 0),
      currency: 'EUR',
    });
  }

  function look({ objectID }) {
    track('clickedObjectIDs', { eventName: 'Product Clicked', objectIDs: [objectID] });
    for (const card of byId('products').children) card.classList.toggle('is-looked-at', card.id === `card-${objectID}`);
  }

  function cardOf(product) {
    const { objectID, name, price, about } = product;
    const picture = element('span', { class: 'picture', 'aria-hidden': 'true' });
    picture.innerHTML = `<svg viewBox="0 0 160 120" focusable="false">${drawings[objectID]}</svg>`;
    return element(
      'li',
      { class: `card goods-${objectID}`, id: `card-${objectID}` },
      picture,
      element('h3', {}, name),
      element('p', { class: 'about' }, about),
      element('p', { class: 'price' }, `${price} EUR`),
      element('button', { type: 'button', 'aria-label': `Look: ${name}`, click: () => look(product) }, 'Look'),
      element(
        'button',
        { type: 'button', class: 'primary', 'aria-label': `Add to basket: ${name}`, click: () => putIn(product) },
        'Add to basket',
      ),
    );
  }

  function showShelf(shelf) {
    const shown = products.filter((product) => shelf === 'all' || product.shelf === shelf);
    for (const { objectID } of products)
      byId(`card-${objectID}`).hidden = !shown.some((each) => each.objectID === objectID);
    for (const button of byId('shelves').children) button.setAttribute('aria-pressed', String(button.value === shelf));
    return shown;
  }

  byId('products').append(...products.map(cardOf));
  byId('shelves').append(
    ...shelves.map(([value, label]) =>
      element(
        'button',
        {
          type: 'button',
          value,
          click: () => {
            const objectIDs = showShelf(value).map(({ objectID }) => objectID);
            track('viewedObjectIDs', { eventName: 'Shelf Viewed', objectIDs });
          },
        },
        label,
      ),
    ),
  );
  byId('buy').addEventListener('click', buy);
  showShelf('all');
  showBasket();
}
