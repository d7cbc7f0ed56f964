import { firefoxEngine } from './harness/firefox.js';
import { runSuite } from './suite.js';

runSuite(firefoxEngine);
