import { expect, test } from 'vitest';
import { useStage } from '../browser/harness.js';
import { choose, press, shows, states, useDemoPages, visit } from './support/serve-demo.js';
import { collectedAt, objectsOf, setFault } from './support/start-demo.js';

const stage = useStage();
const demo = useDemoPages(stage);
const walkMs = 90_000;

test.each([
  ['503', /status of 503/],
  ['offline', undefined],
  ['drop', /ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/],
] as const)(
  'with the fault %s, a tab closed and one opened later, every event is delivered once, under its token',
  async (kind, error) => {
    if (error) stage.expectErrors(error);
    const context = await stage.context();
    const first = await context.newPage();
    await visit(first, demo.origin);
    await press(first, 'Grant');
    const anonymous = (await first.locator('#token').textContent())!;
    await choose(first, kind);
    await press(first, 'Look: Teapot');
    await press(first, 'Log in as Ada');
    await press(first, 'Add to basket: Caddy');
    await shows(first, 'waiting', /^2$/);
    await shows(first, 'outbox', /2 events wait in localStorage/);
    await shows(first, 'delivery', kind === 'offline' ? /offline/ : /backingOff/);
    await first.close({ runBeforeUnload: true });
    expect((await collectedAt(demo.origin)).groups).toEqual([]);

    const second = await context.newPage();
    await visit(second, demo.origin);
    await shows(second, 'kept', /^2 events of an earlier page: 0 delivered so far/);
    expect(await second.locator(`#fault [value="${kind}"]`).isChecked()).toBe(true);
    await choose(second, 'none');
    await shows(second, 'kept', /^All 2 events .* delivered now/);
    expect(await states(second)).toEqual(['delivered', 'delivered']);
    expect(await objectsOf(demo.origin, anonymous)).toEqual(['teapot']);
    expect(await objectsOf(demo.origin, 'ada-1815')).toEqual(['caddy']);
    await shows(second, 'collected', /ada-1815.*caddy/);
  },
  walkMs,
);

test('an event that the API refuses is shown as dropped, with the reason', async () => {
  stage.expectErrors(/status of 422/);
  const page = await demo.open();
  await press(page, 'Grant');
  await choose(page, '422');
  await press(page, 'Look: Kettle');
  await shows(page, 'dropped', /^1$/);
  expect(await page.locator('#events .why').textContent()).toBe('refused: objectIDs: no such product in the index');
});

test('a refused key stops delivery and keeps the events, and the next page with a right one sends them', async () => {
  stage.expectErrors(/status of 401/);
  const page = await demo.open();
  await press(page, 'Grant');
  const anonymous = (await page.locator('#token').textContent())!;
  await choose(page, '401');
  await press(page, 'Look: Kettle');
  await shows(page, 'delivery', /unauthorized/);
  await shows(page, 'why-delivery', /refused the key/);
  await setFault(demo.origin, 'none');
  await page.reload();
  await shows(page, 'kept', /^The 1 event .* delivered now/);
  expect(await objectsOf(demo.origin, anonymous)).toEqual(['kettle']);
});

test('a second tab opens from the first, and follows its login, logout and denial', async () => {
  const page = await demo.open();
  await press(page, 'Grant');
  await shows(page, 'consent', /granted/);
  const [second] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Open a second tab' }).click(),
  ]);
  await shows(second, 'consent', /granted/);
  await press(page, 'Log in as Grace');
  await shows(second, 'token', /^grace-1906$/);
  await press(second, 'Log out');
  await shows(page, 'visitor', /loggedOut/);
  await press(second, 'Deny');
  await shows(page, 'consent', /denied/);
  await expect.poll(() => page.locator('#cookies').textContent()).toBe('none');
});

test('a shelf is a view, a look a click, the basket a conversion, each with what it is about', async () => {
  const page = await demo.open();
  await press(page, 'Grant');
  await press(page, 'Serving');
  expect(await page.locator('#products .card:visible h3').allTextContents()).toEqual(['Teacup', 'Caddy']);
  await press(page, 'Look: Teacup');
  await press(page, 'Add to basket: Teacup');
  await press(page, 'Add to basket: Caddy');
  await shows(page, 'basket', /^Teacup, Caddy: 30 EUR$/);
  await press(page, 'Buy the basket');
  await shows(page, 'delivered', /^5$/);
  const sent = demo.collector.events.map(({ event }) => [event.eventType, event.eventSubtype, event.value]);
  expect(sent).toEqual([
    ['view', undefined, undefined],
    ['click', undefined, undefined],
    ['conversion', 'addToCart', 12],
    ['conversion', 'addToCart', 18],
    ['conversion', 'purchase', 30],
  ]);
  await page.locator('#buy').press('Enter');
  expect(await page.locator('#buy').getAttribute('aria-disabled')).toBe('true');
  expect(demo.collector.events).toHaveLength(5);
});
