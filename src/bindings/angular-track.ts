import * as core from '@angular/core';
import type { InsightsEvent } from '../events/event.types.js';
import { injectUserToken } from './angular-signals.js';
import { trackElement } from './track-element.js';

/** The directive `[userTokenTrack]="event"`: tracks a view when the element is rendered in a browser, and any other event at
 * each click. The same view is tracked again only when its `eventName`, `index`, `objectIDs` or `filters` change;
 * `undefined` tracks nothing. Add the class to a component's `imports`.
 * @throws Error of Angular's (NG0201) when the application was given no client. */
export class UserTokenTrack {
  // Libraries are published as declarations, which the application's build of Angular compiles.
  // https://angular.dev/tools/libraries/creating-libraries#publishing-libraries
  /** For Angular's compiler. */
  static readonly ɵfac: core.ɵɵFactoryDeclaration<UserTokenTrack, never> = (() => new UserTokenTrack()) as never;
  static #directive: typeof UserTokenTrack.ɵdir | undefined;
  /** For Angular's compiler. Read when the directive is first used: without that compiler the module can still be imported. */
  static get ɵdir(): core.ɵɵDirectiveDeclaration<
    UserTokenTrack,
    '[userTokenTrack]',
    never,
    { userTokenTrack: { alias: 'userTokenTrack'; required: true } },
    Record<never, never>,
    never,
    never,
    true,
    never
  > {
    UserTokenTrack.#directive ??= core.ɵɵngDeclareDirective({
      minVersion: '14.0.0',
      version: '14.0.0',
      ngImport: core,
      type: UserTokenTrack,
      isStandalone: true,
      selector: '[userTokenTrack]',
      inputs: { userTokenTrack: 'userTokenTrack' },
    } as never) as typeof UserTokenTrack.ɵdir;
    return UserTokenTrack.#directive;
  }

  #event: InsightsEvent | undefined;
  #update: ReturnType<typeof trackElement> | undefined;

  constructor() {
    const { track } = injectUserToken();
    const { nativeElement } = core.inject(core.ElementRef);
    // Never on a server, and after effects that say who is logged in.
    core.afterNextRender(() => {
      this.#update = trackElement(nativeElement, track, this.#event);
    });
  }

  /** What to track; undefined while there is nothing. */
  set userTokenTrack(event: InsightsEvent | undefined) {
    this.#event = event;
    this.#update?.(event);
  }
}
