import { mount } from 'svelte';
import App from './App.svelte';
import './shop.css';

mount(App, { target: document.getElementById('app')! });
