import { shortToken } from './table.mjs';

/** Plays one visit to a shop against a collector: anonymous, logged in, logged out, a token that is none, an outage.
 * @param createUserToken The library under show.
 * @param collector Answers in place of the Insights API.
 * @param say Told each step when it has happened, in a line without full tokens.
 * @returns What happened: the events as the collector received them during the story, the token in force after each
 *   step, the refusal of the e-mail address, the receipt of the event tracked in the outage and the number of requests
 *   it took. */
export async function playStory({ createUserToken, collector, say = () => {} }) {
  const firstEvent = collector.events.length;
  const firstRequest = collector.requests.length;
  const user = createUserToken({
    appId: 'DemoApp',
    apiKey: 'demo-search-key',
    consent: 'granted',
    host: collector.origin,
    onWarning: () => {},
  });
  const steps = [];

  function tell(name, what) {
    steps.push({ name, token: user.token, state: user.state });
    say(`${String(steps.length).padStart(2)}  ${what}`);
  }
  const acting = () => `${user.state}, ${shortToken(user.token)}`;
  const click = (objectID) =>
    user.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs: [objectID] });

  try {
    tell('clicked anonymously', `clicks a product: ${(await click('teapot')).status} (${acting()})`);

    user.login('ada-1815');
    tell('logged in', `logs in (${acting()})`);
    tell('clicked as user', `clicks another: ${(await click('kettle')).status} (${acting()})`);
    const bought = await user.purchasedObjectIDs({
      eventName: 'Product Bought',
      index: 'products',
      objectIDs: ['kettle'],
      objectData: [{ price: 39, quantity: 1 }],
      value: 39,
      currency: 'EUR',
    });
    tell('bought as user', `buys it: ${bought.status} (${acting()})`);

    user.logout();
    tell('logged out', `logs out, and is who they were before (${acting()})`);
    tell('clicked again', `clicks a third: ${(await click('tea-strainer')).status} (${acting()})`);

    const refusal = user.login('ada@example.com');
    tell('refused', `an e-mail address as token is refused: ${refusal.reason}: ${refusal.message}`);

    const before = collector.requests.length;
    collector.setFault({ status: 503 });
    const receipt = click('teacup');
    await collector.waitForRequests((requests) => requests.slice(before).some(({ status }) => status === 503));
    tell('outage', 'the API is down (503); the visitor clicks, the event waits');
    collector.setFault(null);
    const afterOutage = await receipt;
    const attempts = collector.requests.length - before;
    tell('recovered', `the API is back: ${afterOutage.status} after ${attempts} requests (${acting()})`);

    return {
      steps,
      events: collector.events.slice(firstEvent),
      requests: collector.requests.slice(firstRequest),
      refusal,
      afterOutage,
    };
  } finally {
    user.dispose();
  }
}
