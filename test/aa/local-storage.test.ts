import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../support/memory-storage.js';
import { openPage } from './support/open-page.js';

// F07
describe('a subclass of LocalStorage', () => {
  it('has a store of its own when it is given one, and the base class keeps its own', async () => {
    const { library, localStorage } = await openPage();
    class Shop extends library.LocalStorage {}
    const own = memoryStorage();
    expect(Shop.store).toBe(localStorage);
    Shop.store = own;
    Shop.set('a', 1);
    library.LocalStorage.set('b', 2);
    expect([own.getItem('a'), own.getItem('b'), localStorage.getItem('a'), localStorage.getItem('b')]).toEqual([
      '1',
      null,
      null,
      '2',
    ]);
    expect([Shop.get('a'), library.LocalStorage.get('a')]).toEqual([1, null]);
    Shop.store = undefined;
    Shop.remove('a');
    expect([library.LocalStorage.store, own.getItem('a')]).toEqual([localStorage, '1']);
  });
});
