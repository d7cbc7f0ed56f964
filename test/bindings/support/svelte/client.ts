export { flushSync, mount, unmount } from 'svelte';
export { setUserToken } from '../../../../src/bindings/svelte.js';
export { default as Derived } from './Derived.svelte';
export { default as Root } from './Root.svelte';
export { default as Selector } from './Selector.svelte';
export { default as Tracked } from './Tracked.svelte';
