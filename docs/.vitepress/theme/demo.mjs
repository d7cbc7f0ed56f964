// The demo that `npm start` serves, inside the page: here the API's stand-in is no server.
import { h, onBeforeUnmount, onMounted } from 'vue';
import '../../../demo/page/css/demo.css';
import markup from '../../../demo/page/demo.html?raw';
import { startDemo } from '../../../demo/page/demo.js';
import { pageApi } from '../../../demo/page/page-api.js';
import { pageStorage } from '../../../demo/page/storage.js';
import { data as charts } from './charts.data.mjs';

export default {
  setup() {
    let endDemo;
    onMounted(() => {
      const storage = pageStorage();
      endDemo = startDemo(pageApi(charts, storage), storage);
    });
    onBeforeUnmount(() => endDemo());
    return () => h('div', { class: 'demo', innerHTML: markup });
  },
};
