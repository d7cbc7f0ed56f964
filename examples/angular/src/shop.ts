import { Component, signal } from '@angular/core';
import type { InsightsEvent } from 'usertoken';
import { injectUserToken } from 'usertoken/angular';
import * as catalog from '../../shared/catalog.js';
import { added, bought, clicked, seen } from '../../shared/events.js';

@Component({ selector: 'shop-root', templateUrl: './shop.html' })
export class Shop {
  // #region use
  protected readonly visitor = injectUserToken();
  protected readonly lastEvent = signal('none');

  constructor() {
    this.report(seen);
  }

  protected async report(event: InsightsEvent) {
    const { status } = await this.visitor.track(event);
    this.lastEvent.set(`${event.eventName}: ${status}`);
  }
  // #endregion

  protected readonly catalog = catalog;
  protected readonly clicked = clicked;
  protected readonly cart = signal<readonly catalog.Product[]>([]);

  protected add(product: catalog.Product) {
    this.cart.update((cart) => [...cart, product]);
    this.report(added(product));
  }

  protected buy() {
    this.report(bought(this.cart()));
    this.cart.set([]);
  }
}
