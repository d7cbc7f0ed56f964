import { withBase } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import landing from './landing.mjs';
import './style.css';

/** The theme's own page for this has no landmark. */
const notFound = () =>
  h('main', { class: 'vp-doc not-found' }, [
    h('h1', 'Page not found'),
    h('p', ['Start again from the ', h('a', { href: withBase('/') }, 'home page'), '.']),
  ]);

export default {
  extends: theme,
  Layout: () => h(theme.Layout, null, { 'not-found': notFound }),
  enhanceApp: ({ app }) => void app.component('landing', landing),
};
