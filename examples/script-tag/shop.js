import { euros, namesOf, products, totalOf } from '../shared/catalog.js';
import { loadConsent, saveConsent } from '../shared/consent.js';
import { about, prices } from '../shared/events.js';
import { environment } from './environment.js';

const at = (hook) => document.querySelector(`[data-test="${hook}"]`);

let consent = loadConsent();
/** Stands for what a real shop knows from its session. */
let account = localStorage.getItem('account');
let cart = [];

// #region init
aa('init', { ...environment, useCookie: true, userHasOptedOut: consent !== 'granted' });

let anonymousUserToken;
function begin() {
  aa('getUserToken', {}, (error, userToken) => {
    if (error) return console.error(error);
    anonymousUserToken = userToken;
    show();
  });
  if (account) aa('setUserToken', account);
  report('viewedObjectIDs', { eventName: 'Products Seen', ...about(products) });
}
if (consent === 'granted') begin();
// #endregion

// #region account
function login(id) {
  account = id;
  localStorage.setItem('account', id);
  if (consent === 'granted') aa('setUserToken', id);
}

function logout() {
  account = null;
  localStorage.removeItem('account');
  if (anonymousUserToken) aa('setUserToken', anonymousUserToken);
}
// #endregion

// #region consent
function decide(answer) {
  consent = answer;
  saveConsent(answer);
  if (answer === 'denied' && anonymousUserToken) aa('setUserToken', anonymousUserToken);
  aa('init', { partial: true, userHasOptedOut: answer !== 'granted' });
  if (answer === 'granted') begin();
}
// #endregion

// #region events
async function report(method, event) {
  const isSent = await aa(method, event);
  // Until the script has loaded, the snippet queues each call and returns nothing.
  const status = isSent === undefined ? 'queued' : isSent ? 'delivered' : 'dropped';
  at('last-event').textContent = `${event.eventName}: ${status}`;
}

function look(product) {
  report('clickedObjectIDs', { eventName: 'Product Clicked', ...about([product]) });
}

function add(product) {
  cart.push(product);
  report('addedToCartObjectIDs', { eventName: 'Product Added', ...about([product]), ...prices([product]) });
}

function buy() {
  report('purchasedObjectIDs', { eventName: 'Cart Bought', ...about(cart), ...prices(cart), value: totalOf(cart) });
  cart = [];
}
// #endregion

function show() {
  at('login').hidden = account !== null;
  at('logout').hidden = account === null;
  at('cart').textContent = namesOf(cart);
  at('buy').textContent = `Buy for ${euros(totalOf(cart))}`;
  at('buy').disabled = cart.length === 0;
  at('consent').textContent = consent;
  at('grant').disabled = consent === 'granted';
  at('deny').disabled = consent === 'denied';
  at('state').textContent = account ? 'identified' : 'anonymous';
  at('token').textContent = (consent === 'granted' && (account ?? anonymousUserToken)) || 'none';
}

function onPress(hook, act) {
  at(hook).addEventListener('click', () => {
    act();
    show();
  });
}

document.querySelector('.products').innerHTML = products
  .map(
    ({ objectID, name, price }) => `<li>
      <button type="button" class="look ${objectID}" data-test="look-${objectID}"><strong>${name}</strong> ${euros(price)}</button>
      <button type="button" data-test="add-${objectID}">Add to cart</button>
    </li>`,
  )
  .join('');
for (const product of products) {
  onPress(`look-${product.objectID}`, () => look(product));
  onPress(`add-${product.objectID}`, () => add(product));
}
onPress('login', () => login('ada-1815'));
onPress('logout', logout);
onPress('grant', () => decide('granted'));
onPress('deny', () => decide('denied'));
onPress('buy', buy);
show();
