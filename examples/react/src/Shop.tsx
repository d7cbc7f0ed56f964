import { useCallback, useEffect, useState } from 'react';
import type { InsightsEvent } from 'usertoken';
import { useUserToken } from 'usertoken/react';
import { euros, namesOf, type Product, products, totalOf } from '../../shared/catalog.js';
import { added, bought, clicked, seen } from '../../shared/events.js';

// #region account
function Account() {
  const { state, login, logout } = useUserToken();
  return state === 'identified' ? (
    <button type="button" data-test="logout" onClick={() => logout()}>
      Log out
    </button>
  ) : (
    <button type="button" className="main" data-test="login" onClick={() => login('ada-1815')}>
      Log in as Ada
    </button>
  );
}
// #endregion

// #region consent
function Choice() {
  const { user, consent } = useUserToken();
  return (
    <>
      <p className="note">
        Your answer: <span data-test="consent">{consent}</span>
      </p>
      <div className="buttons">
        <button type="button" data-test="grant" disabled={consent === 'granted'} onClick={user.consent.grant}>
          Yes
        </button>
        <button type="button" data-test="deny" disabled={consent === 'denied'} onClick={user.consent.deny}>
          No
        </button>
      </div>
    </>
  );
}
// #endregion

export function Shop() {
  // #region use
  const { token, state, track } = useUserToken();

  const [lastEvent, setLastEvent] = useState('none');
  const report = useCallback(
    async (event: InsightsEvent) => {
      const { status } = await track(event);
      setLastEvent(`${event.eventName}: ${status}`);
    },
    [track],
  );

  useEffect(() => {
    report(seen);
  }, [report]);
  // #endregion

  const [cart, setCart] = useState<readonly Product[]>([]);
  function add(product: Product) {
    setCart([...cart, product]);
    report(added(product));
  }
  function buy() {
    report(bought(cart));
    setCart([]);
  }

  return (
    <>
      <header>
        <h1>Kettle &amp; Leaf</h1>
        <Account />
      </header>
      <main>
        <ul className="products">
          {products.map((product) => (
            <li key={product.objectID}>
              <button
                type="button"
                className={`look ${product.objectID}`}
                data-test={`look-${product.objectID}`}
                onClick={() => report(clicked(product))}
              >
                <strong>{product.name}</strong> {euros(product.price)}
              </button>
              <button type="button" data-test={`add-${product.objectID}`} onClick={() => add(product)}>
                Add to cart
              </button>
            </li>
          ))}
        </ul>
        <aside>
          <section>
            <h2>Cart</h2>
            <p data-test="cart">{namesOf(cart)}</p>
            <button type="button" className="main" data-test="buy" disabled={cart.length === 0} onClick={buy}>
              Buy for {euros(totalOf(cart))}
            </button>
          </section>
          <section>
            <h2>May we remember what you look at?</h2>
            <Choice />
          </section>
          <section>
            <h2>Who is acting</h2>
            <dl>
              <dt>Visitor</dt>
              <dd data-test="state">{state}</dd>
              <dt>Token</dt>
              <dd data-test="token">{token ?? 'none'}</dd>
              <dt>Last event</dt>
              <dd data-test="last-event">{lastEvent}</dd>
            </dl>
          </section>
        </aside>
      </main>
    </>
  );
}
