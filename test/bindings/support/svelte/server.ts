export { render } from 'svelte/server';
export { default as Root } from './Root.svelte';
export { default as Tracked } from './Tracked.svelte';
