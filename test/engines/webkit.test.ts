import { webkitEngine } from './harness/webkit.js';
import { runSuite } from './suite.js';

runSuite(webkitEngine);
