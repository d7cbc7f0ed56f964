import { describe, expect, test } from 'vitest';
import type { InsightsEvent, UserTokenClient } from '../../../src/index.js';
import { alone } from './contract.js';

/** A button that tracks, in an application of one framework. */
export interface TrackingButton {
  readonly button: HTMLElement;
  /** Puts another event in its place. */
  update(event: InsightsEvent | undefined): Promise<void>;
  unmount(): Promise<void>;
}

/** How the tests of directives and actions run through one framework. */
export interface Tracking {
  mount(user: UserTokenClient, event: InsightsEvent | undefined): Promise<TrackingButton>;
  /** The button as a server renders it. @default the framework's server part is not installed here */
  renderOnServer?(user: UserTokenClient, event: InsightsEvent): Promise<string>;
}

/** A view of one product. */
export const view = (objectID = '1'): InsightsEvent => ({
  eventType: 'view',
  eventName: 'Product Seen',
  index: 'products',
  objectIDs: [objectID],
});
const click = (objectID = '1'): InsightsEvent => ({ ...view(objectID), eventType: 'click' }) as InsightsEvent;

/** The tests that every directive and action passes. */
export function trackingContract(name: string, { mount, renderOnServer }: Tracking) {
  describe(`a tracked element: ${name}`, () => {
    async function mounted(event: InsightsEvent | undefined) {
      const { user, transport, send } = alone({ user: 'u1' });
      const tracking = await mount(user, event);
      /** Type and object of every event so far. */
      async function tracked() {
        await send();
        return transport.accepted.map(({ eventType, objectIDs }) => `${eventType} ${objectIDs}`);
      }
      return { ...tracking, user, transport, tracked };
    }

    test('tracks a click at each click, and the latest event', async () => {
      const { button, update, unmount, tracked } = await mounted(click());
      expect(await tracked()).toEqual([]);
      button.click();
      button.click();
      await update(click('2'));
      button.click();
      expect(await tracked()).toEqual(['click 1', 'click 1', 'click 2']);
      await unmount();
    });

    test('tracks a view once, and again when it is about something else', async () => {
      const { button, update, unmount, tracked } = await mounted(view());
      button.click();
      await update(view());
      expect(await tracked()).toEqual(['view 1']);
      await update(view('2'));
      expect(await tracked()).toEqual(['view 1', 'view 2']);
      await unmount();
    });

    test('tracks nothing while there is no event', async () => {
      const { button, update, unmount, tracked } = await mounted(undefined);
      button.click();
      expect(await tracked()).toEqual([]);
      await update(view());
      await update(undefined);
      button.click();
      expect(await tracked()).toEqual(['view 1']);
      await unmount();
    });

    test('tracks a click under the token of its moment', async () => {
      const { button, unmount, user, transport, tracked } = await mounted(click());
      button.click();
      user.logout();
      button.click();
      await tracked();
      expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['u1', 'anonymous-1']);
      await unmount();
    });

    if (!renderOnServer) return;
    test('a server renders the element and tracks no view', async () => {
      const { user, transport, send } = alone();
      expect(await renderOnServer(user, view())).toContain('<button>Kettle</button>');
      await send();
      expect(transport.accepted).toEqual([]);
    });
  });
}
