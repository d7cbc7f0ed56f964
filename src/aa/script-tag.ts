import aa from './index.js';

(globalThis as { aa?: unknown }).aa = aa;
