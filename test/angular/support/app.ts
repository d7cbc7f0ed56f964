import type { ApplicationConfig } from '@angular/core';
import * as core from '@angular/core';
import { injectUserToken, provideUserToken, UserTokenTrack } from '../../../src/bindings/angular.js';
import type { Receipt, UserTokenClient } from '../../../src/index.js';

/** An application that tracks an event while it is made, and shows who the visitor is. Decorators are called as the
 * functions they are. */
export function appFor(user: UserTokenClient) {
  let settle: (receipt: Receipt) => void;
  const receipt = new Promise<Receipt>((resolve) => {
    settle = resolve;
  });
  class Shop {
    readonly visitor = injectUserToken();
    readonly clicked = { eventType: 'click', eventName: 'Kettle Clicked', index: 'products', objectIDs: ['kettle'] };
    constructor() {
      const event = { eventType: 'view', eventName: 'Shop Seen', index: 'products', objectIDs: ['kettle'] } as const;
      void this.visitor.track(event).then(settle);
    }
  }
  const template = `<p>{{ visitor.state() }} {{ visitor.token() }}</p>
    <button [userTokenTrack]="clicked">Kettle</button>`;
  core.Component({ selector: 'app-shop', template, standalone: true, imports: [UserTokenTrack] })(Shop);

  // Angular 17 has it under another name.
  const { ɵprovideZonelessChangeDetection, provideZonelessChangeDetection = ɵprovideZonelessChangeDetection } =
    core as unknown as Record<string, () => core.EnvironmentProviders>;
  const hasZone = 'Zone' in globalThis;
  const config: ApplicationConfig = {
    providers: [
      hasZone ? core.provideZoneChangeDetection() : provideZonelessChangeDetection!(),
      provideUserToken(() => user),
    ],
  };
  return { Shop, config, receipt };
}
