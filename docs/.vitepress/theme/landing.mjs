// The layout of the home page: its text, and the demo below.
import { Content } from 'vitepress';
import { defineAsyncComponent, h } from 'vue';
import './landing.css';

// Other pages don't load it.
const demo = defineAsyncComponent(() => import('./demo.mjs'));

export default () =>
  h('main', { class: 'landing' }, [
    h(Content, { class: 'vp-doc' }),
    h('section', { class: 'vp-doc', 'aria-labelledby': 'demo' }, [
      h('h2', { id: 'demo' }, 'Try it here'),
      h('p', [
        'This tea shop runs the library in your browser. A stand-in answers for the Insights API, so nothing leaves ',
        'this page. Grant consent, log in, break the network, then ',
        h('a', { href: './#demo', target: '_blank', rel: 'noopener' }, 'open a second tab'),
        '.',
      ]),
    ]),
    h(demo),
  ]);
