import { chromiumEngine } from './harness/chromium.js';
import { runSuite } from './suite.js';

runSuite(chromiumEngine);
