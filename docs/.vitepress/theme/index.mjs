import theme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import './style.css';

/** The theme's own page for this has no landmark. */
const notFound = () =>
  h('main', { class: 'vp-doc not-found' }, [
    h('h1', 'Page not found'),
    h('p', ['All pages are in the ', h('a', { href: '/' }, 'guide'), '.']),
  ]);

export default {
  extends: theme,
  Layout: () => h(theme.Layout, null, { 'not-found': notFound }),
};
