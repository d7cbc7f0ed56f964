import { Component, signal } from '@angular/core';
import type { InsightsEvent } from 'usertoken';
import { injectUserToken } from 'usertoken/angular';
import { added, bought, clicked, euros, type Product, products, seen, totalOf } from './catalog';

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

  protected readonly products = products;
  protected readonly clicked = clicked;
  protected readonly euros = euros;
  protected readonly totalOf = totalOf;
  protected readonly cart = signal<readonly Product[]>([]);
  protected readonly namesOf = (items: readonly Product[]) => items.map(({ name }) => name).join(', ');

  protected add(product: Product) {
    this.cart.update((items) => [...items, product]);
    this.report(added(product));
  }

  protected buy() {
    this.report(bought(this.cart()));
    this.cart.set([]);
  }
}
