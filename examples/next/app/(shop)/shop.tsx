'use client';

import Link from 'next/link';
import { type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { InsightsEvent } from 'usertoken';
import { useUserToken } from 'usertoken/next';
import { euros, namesOf, type Product, products, totalOf } from '../../../shared/catalog.js';
import { added, clicked, seen } from '../../../shared/events.js';
import { Account } from './account';
import { buy, decide } from './actions';

// #region choice
function Choice() {
  const { user, consent } = useUserToken();
  /** The page applies the answer at once, and the server stores it. */
  function apply({ nativeEvent }: SubmitEvent<HTMLFormElement>) {
    const { value } = (nativeEvent as globalThis.SubmitEvent).submitter as HTMLButtonElement;
    if (value === 'granted') user.consent.grant();
    else user.consent.deny();
  }
  return (
    <>
      <p className="note">
        Your answer: <span data-test="consent">{consent}</span>
      </p>
      <form className="buttons" action={decide} onSubmit={apply}>
        <button type="submit" name="consent" value="granted" data-test="grant" disabled={consent === 'granted'}>
          Yes
        </button>
        <button type="submit" name="consent" value="denied" data-test="deny" disabled={consent === 'denied'}>
          No
        </button>
      </form>
    </>
  );
}
// #endregion

export function Shop() {
  const { token, state, track } = useUserToken();

  const [lastEvent, setLastEvent] = useState('none');
  const newest = useRef<InsightsEvent>(undefined);
  const report = useCallback(
    async (event: InsightsEvent) => {
      newest.current = event;
      const { status } = await track(event);
      // The receipt of an older event may come after the server's answer to a purchase.
      if (event === newest.current) setLastEvent(`${event.eventName}: ${status}`);
    },
    [track],
  );
  useEffect(() => {
    report(seen);
  }, [report]);

  const [cart, setCart] = useState<readonly Product[]>([]);
  function add(product: Product) {
    setCart([...cart, product]);
    report(added(product));
  }
  async function pay(form: FormData) {
    const said = await buy(form);
    newest.current = undefined;
    setLastEvent(said);
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
            <form className="buttons" action={pay}>
              {cart.map(({ objectID }, index) => (
                <input key={`${objectID}-${index}`} type="hidden" name="product" value={objectID} />
              ))}
              <button type="submit" className="main" data-test="buy" disabled={cart.length === 0}>
                Buy for {euros(totalOf(cart))}
              </button>
            </form>
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
            <p className="note">
              <Link href="/account">Your account</Link> · <Link href="/about">About us</Link>
            </p>
          </section>
        </aside>
      </main>
    </>
  );
}
