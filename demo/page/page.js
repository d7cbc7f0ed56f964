import { startDemo } from './demo.js';
import { serverApi } from './server-api.js';
import { pageStorage } from './storage.js';

startDemo(await serverApi(), pageStorage());
