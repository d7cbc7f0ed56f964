import { createUserToken } from 'usertoken';
import { byId, element, showCollected, showTracked, write } from './view.js';

const products = [
  { objectID: 'teapot', name: 'Teapot', price: 45 },
  { objectID: 'kettle', name: 'Kettle', price: 39 },
  { objectID: 'teacup', name: 'Teacup', price: 12 },
];

/** The visitor's decision is the application's to keep, and this is where this one keeps it. */
const consentKey = 'demo:consent';

const user = createUserToken({
  appId: 'DemoApp',
  apiKey: 'demo-search-key',
  consent: localStorage.getItem(consentKey) ?? 'pending',
  host: location.origin,
  // Shorter than the default, so that one sees how an API that hangs is given up.
  requestTimeoutMs: 4_000,
  // What they say, the page shows.
  onNotice: () => {},
});

const tracked = [];
let cart = [];

function showState() {
  const { token, state, consent } = user.getSnapshot();
  write('visitor', state);
  write('consent', consent);
  write('token', token ?? 'none');
  write('cookies', document.cookie.split('; ').filter(Boolean).join('\n') || 'none');
  byId('grant').setAttribute('aria-pressed', String(consent === 'granted'));
  byId('deny').setAttribute('aria-pressed', String(consent === 'denied'));
}

function showDelivery({ value, context }) {
  write('delivery', value);
  write('attempt', String(context.attempt));
}

async function request(path, body) {
  try {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    return await (await fetch(path, init)).json();
  } catch {
    write('requests', 'The demo server does not answer. Is it still running?');
    return undefined;
  }
}

async function refresh() {
  const collected = await request('/demo/collected');
  if (!collected) return;
  showCollected(collected);
  document.querySelector(`#fault [value="${collected.fault}"]`).checked = true;
}

async function track(method, event) {
  const entry = { event, token: user.token };
  tracked.push(entry);
  showTracked(tracked);
  entry.receipt = await user[method]({ index: 'products', ...event });
  showTracked(tracked);
}

/** An event whose receipt said no more than `stored` has come to its end. */
function follow({ type, event, reason }) {
  const isIt = (entry) =>
    entry.receipt?.status === 'stored' &&
    entry.token === event.userToken &&
    entry.event.eventName === event.eventName &&
    String(entry.event.objectIDs) === String(event.objectIDs);
  const entry = tracked.find(isIt);
  if (entry) entry.receipt = type === 'eventDelivered' ? { status: 'delivered' } : { status: 'dropped', reason };
  showTracked(tracked);
  refresh();
}

function login(id) {
  const check = user.login(id);
  write('answer', check.ok ? '' : `Refused (${check.reason}): ${check.message}`);
}

function decide(decision) {
  localStorage.setItem(consentKey, decision === 'grant' ? 'granted' : 'denied');
  user.consent[decision]();
}

function showCart() {
  const sum = cart.reduce((total, { price }) => total + price, 0);
  write('cart', cart.length === 0 ? 'The cart is empty.' : `${cart.length} in the cart, ${sum} EUR`);
  byId('buy').disabled = cart.length === 0;
}

function putInCart(product) {
  cart.push(product);
  showCart();
  track('addedToCartObjectIDs', {
    eventName: 'Product Added to Cart',
    objectIDs: [product.objectID],
    objectData: [{ price: product.price, quantity: 1 }],
    value: product.price,
    currency: 'EUR',
  });
}

function buy() {
  const bought = cart;
  cart = [];
  showCart();
  track('purchasedObjectIDs', {
    eventName: 'Products Bought',
    objectIDs: bought.map(({ objectID }) => objectID),
    objectData: bought.map(({ price }) => ({ price, quantity: 1 })),
    value: bought.reduce((total, { price }) => total + price, 0),
    currency: 'EUR',
  });
}

function productItem(product) {
  const { name, objectID, price } = product;
  const button = (label, action) => {
    const made = element('button', label);
    made.type = 'button';
    made.setAttribute('aria-label', `${label}: ${name}`);
    made.addEventListener('click', action);
    return made;
  };
  const look = () => track('clickedObjectIDs', { eventName: 'Product Clicked', objectIDs: [objectID] });
  return element(
    'li',
    '',
    element('span', `${name}, ${price} EUR`),
    button('Look', look),
    button('Add to cart', () => putInCart(product)),
  );
}

byId('products').append(...products.map(productItem));
for (const button of document.querySelectorAll('[data-login]')) {
  button.addEventListener('click', () => login(button.dataset.login));
}
byId('logout').addEventListener('click', () => user.logout());
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  login(byId('id').value);
});
byId('grant').addEventListener('click', () => decide('grant'));
byId('deny').addEventListener('click', () => decide('deny'));
byId('buy').addEventListener('click', buy);
byId('fault').addEventListener('change', ({ target }) => request('/demo/fault', { kind: target.value }));

user.subscribe(showState);
user.delivery.subscribe(showDelivery);
user.on('eventDelivered', follow);
user.on('eventDropped', follow);
// Other tabs track and change cookies too.
addEventListener('focus', () => {
  showState();
  refresh();
});

showState();
showDelivery(user.delivery.getSnapshot());
showTracked(tracked);
showCart();
refresh();
