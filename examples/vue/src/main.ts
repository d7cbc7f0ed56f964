import { userTokenPlugin } from 'usertoken/vue';
import { createApp } from 'vue';
import Shop from './Shop.vue';
import { user } from './user';
import '../../shared/shop.css';

createApp(Shop).use(userTokenPlugin, user).mount('#app');
